// HDF5's constants are macros that call H5open(); Swift sees functions only. They too are called inside the gateway.
#include <hdf5.h>

static inline hid_t segprep_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t segprep_h5_all(void) { return H5S_ALL; }
static inline unsigned segprep_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned segprep_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline hid_t segprep_h5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t segprep_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t segprep_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t segprep_h5_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t segprep_h5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t segprep_h5_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t segprep_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t segprep_h5_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t segprep_h5_int32(void) { return H5T_STD_I32LE; }
static inline hid_t segprep_h5_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t segprep_h5_int64(void) { return H5T_STD_I64LE; }
static inline hid_t segprep_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t segprep_h5_c_string(void) { return H5T_C_S1; }

// Where the library is too old to be asked, HDF5_USE_FILE_LOCKING=FALSE in the environment does it.
static inline herr_t segprep_h5_without_locks(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERS_MINOR == 10 && H5_VERSION_GE(1, 10, 7))
  return H5Pset_file_locking(access, 0, 1);
#else
  (void)access;
  return 0;
#endif
}

// HDF5 1.10 has no name for IEEE 754 binary16; made once, for the process. NumPy knows the type by these very fields.
static inline hid_t segprep_h5_float16(void) {
  static hid_t type = -1;
  if (type >= 0) return type;
  const hid_t made = H5Tcopy(H5T_IEEE_F32LE);
  if (made < 0 || H5Tset_fields(made, 15, 10, 5, 0, 10) < 0 || H5Tset_size(made, 2) < 0 || H5Tset_ebias(made, 15) < 0)
    return -1;
  return type = made;
}
