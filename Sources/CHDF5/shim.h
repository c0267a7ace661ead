// HDF5's constants are macros that call H5open(); Swift sees functions only. They too are called inside the gateway.
#include <hdf5.h>

static inline hid_t segprep_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t segprep_h5_all(void) { return H5S_ALL; }
static inline unsigned segprep_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned segprep_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline hid_t segprep_h5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t segprep_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t segprep_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t segprep_h5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t segprep_h5_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t segprep_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t segprep_h5_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t segprep_h5_int64(void) { return H5T_STD_I64LE; }
static inline hid_t segprep_h5_c_string(void) { return H5T_C_S1; }
