// Debian's nifti2_io.h asks for <znzlib.h>, which lies in nifti/: forward it, so that no include flag is needed.
#include <nifti/znzlib.h>
