int segprep_placeholder(void);
