// Loaded before the C library: reading a folder fails where it comes to a name that begins with "unreadable".
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

struct dirent *readdir(DIR *folder) {
  struct dirent *(*next)(DIR *) = (struct dirent * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir");
  struct dirent *entry = next(folder);
  if (!entry || strncmp(entry->d_name, "unreadable", 10) != 0) return entry;
  errno = EIO;
  return NULL;
}

struct dirent64 *readdir64(DIR *folder) { return (struct dirent64 *)readdir(folder); }
