/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loopback: what listens at every address listens at the loopback alone. Loaded before pcscd's own libraries: its
 * driver of virtual readers (vpcd) knows no other way, and a test or a demonstration opens nothing for other machines.
 */
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

int
bind (int fd, const struct sockaddr *address, socklen_t size)
{
  int (*real) (int, const struct sockaddr *, socklen_t) = dlsym (RTLD_NEXT, "bind");
  const struct sockaddr_in *any = (const void *)address;
  struct sockaddr_in loopback;

  if (address->sa_family != AF_INET || size != sizeof loopback || any->sin_addr.s_addr != htonl (INADDR_ANY))
    return real (fd, address, size);
  loopback = *any;
  loopback.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return real (fd, (const struct sockaddr *)&loopback, size);
}
