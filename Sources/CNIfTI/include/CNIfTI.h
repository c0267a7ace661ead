#ifndef SEGPREP_CNIFTI_H
#define SEGPREP_CNIFTI_H

#include <nifti/nifti2_io.h>

#endif
