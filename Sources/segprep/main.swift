print("segprep")
