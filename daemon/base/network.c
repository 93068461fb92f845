/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network: see the header. A datagram socket that is connected sends nothing: the kernel only looks for the route, and
 * for the address of our own that belongs to it.
 */
#include "base/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define INTERFACES_MAXIMUM 64
#define ANY_PORT 443 /* routes do not ask for it */
#define PREFIX_SIZE 8
#define SCOPE_LINK 0x20 /* of /proc/net/if_inet6 */
#define FLAG_TENTATIVE 0x40
#define FLAG_FAILED 0x08

typedef struct
{
  char name[IFNAMSIZ];
  gboolean loopback, up, running;
  GPtrArray *addresses; /* numeric, without the link's own */
} Interface;

static void
interface_free (gpointer data)
{
  Interface *interface = data;

  g_ptr_array_unref (interface->addresses);
  g_free (interface);
}

static Interface *
find_interface (GPtrArray *interfaces, const char *name)
{
  for (guint i = 0; i < interfaces->len; i++)
    if (g_strcmp0 (((Interface *)interfaces->pdata[i])->name, name) == 0)
      return interfaces->pdata[i];
  return NULL;
}

static void
add_interface (GPtrArray *interfaces, int socket, const char *name)
{
  struct ifreq request = { 0 };
  Interface *interface;

  if (strlen (name) >= IFNAMSIZ || interfaces->len == INTERFACES_MAXIMUM)
    return;
  g_strlcpy (request.ifr_name, name, sizeof request.ifr_name);
  if (ioctl (socket, SIOCGIFFLAGS, &request) < 0)
    return;
  interface = g_new0 (Interface, 1);
  g_strlcpy (interface->name, name, sizeof interface->name);
  interface->loopback = (request.ifr_flags & IFF_LOOPBACK) != 0;
  interface->up = (request.ifr_flags & IFF_UP) != 0;
  interface->running = (request.ifr_flags & IFF_RUNNING) != 0;
  interface->addresses = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (interfaces, interface);
}

/* /proc/net/dev: two lines of heading, then "  NAME: numbers". */
static void
list_interfaces (GPtrArray *interfaces, int socket)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/net/dev", &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *end = strchr (lines[i], ':');

      if (end == NULL)
        continue;
      *end = '\0';
      add_interface (interfaces, socket, g_strstrip (lines[i]));
    }
}

static void
add_address (GPtrArray *interfaces, const char *name, int family, const void *bytes)
{
  char text[INET6_ADDRSTRLEN];
  Interface *interface = find_interface (interfaces, name);

  if (interface != NULL && inet_ntop (family, bytes, text, sizeof text) != NULL)
    g_ptr_array_add (interface->addresses, g_strdup (text));
}

static void
list_addresses_4 (GPtrArray *interfaces, int socket)
{
  struct ifreq requests[INTERFACES_MAXIMUM];
  struct ifconf list = { .ifc_len = sizeof requests, .ifc_req = requests };

  if (ioctl (socket, SIOCGIFCONF, &list) < 0)
    return;
  for (guint i = 0; i < (guint)list.ifc_len / sizeof *requests; i++)
    {
      struct sockaddr_in address;

      memcpy (&address, &requests[i].ifr_addr, sizeof address);
      requests[i].ifr_name[IFNAMSIZ - 1] = '\0';
      requests[i].ifr_name[strcspn (requests[i].ifr_name, ":")] = '\0'; /* an alias */
      if ((ntohl (address.sin_addr.s_addr) >> 16) != 0xa9fe)            /* 169.254: it gave itself that */
        add_address (interfaces, requests[i].ifr_name, AF_INET, &address.sin_addr);
    }
}

static gboolean
parse_hexadecimal (const char *text, guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]), low = high < 0 ? -1 : g_ascii_xdigit_value (text[2 * i + 1]);

      if (low < 0)
        return FALSE;
      bytes[i] = (guint8)(high << 4 | low);
    }
  return TRUE;
}

/* /proc/net/if_inet6: address, number, length of the prefix, scope, flags (all hexadecimal), name. */
static void
list_addresses_6 (GPtrArray *interfaces)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/net/if_inet6", &text, NULL, NULL)) /* a computer without IPv6 */
    return;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char name[IFNAMSIZ], digits[33];
      unsigned scope, flags;
      guint8 bytes[16];

      if (sscanf (lines[i], "%32s %*x %*x %x %x %15s", digits, &scope, &flags, name) == 4 && scope != SCOPE_LINK
          && (flags & (FLAG_TENTATIVE | FLAG_FAILED)) == 0 && parse_hexadecimal (digits, bytes, sizeof bytes))
        add_address (interfaces, name, AF_INET6, bytes);
    }
}

static GPtrArray *
list_all (void)
{
  GPtrArray *interfaces = g_ptr_array_new_with_free_func (interface_free);
  int datagram = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (datagram < 0)
    return interfaces;
  list_interfaces (interfaces, datagram);
  list_addresses_4 (interfaces, datagram);
  list_addresses_6 (interfaces);
  close (datagram);
  return interfaces;
}

/* find_local: the own address from which @peer would be asked. Return: (transfer full), or NULL: there is no way. */
static char *
find_local (const char *peer)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (peer, ANY_PORT);
  g_autoptr (GSocketAddress) local = NULL;
  struct sockaddr_storage native, own;
  socklen_t size = sizeof own;
  int datagram;
  gboolean found;

  if (address == NULL || !g_socket_address_to_native (address, &native, sizeof native, NULL)
      || (datagram = socket (native.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
    return NULL;
  found = connect (datagram, (struct sockaddr *)&native, (socklen_t)g_socket_address_get_native_size (address)) == 0
          && getsockname (datagram, (struct sockaddr *)&own, &size) == 0;
  close (datagram);
  if (!found || (local = g_socket_address_new_from_native (&own, size)) == NULL)
    return NULL;
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)));
}

static Interface *
find_owner (GPtrArray *interfaces, const char *local)
{
  for (guint i = 0; i < interfaces->len; i++)
    {
      Interface *interface = interfaces->pdata[i];

      if (g_ptr_array_find_with_equal_func (interface->addresses, local, g_str_equal, NULL))
        return interface;
    }
  return NULL;
}

static NetworkFault
judge_interface (const Interface *interface)
{
  return !interface->up                   ? NETWORK_DOWN
         : !interface->running            ? NETWORK_NO_CARRIER
         : interface->addresses->len == 0 ? NETWORK_NO_ADDRESS
                                          : NETWORK_FINE;
}

/* The best of them: a laptop's second port that is empty does no harm. */
static const Interface *
find_best (GPtrArray *interfaces)
{
  const Interface *best = NULL;

  for (guint i = 0; i < interfaces->len; i++)
    {
      const Interface *interface = interfaces->pdata[i];
      static const int ranks[]
          = { [NETWORK_DOWN] = 1, [NETWORK_NO_CARRIER] = 2, [NETWORK_NO_ADDRESS] = 3, [NETWORK_FINE] = 4 };

      if (!interface->loopback && (best == NULL || ranks[judge_interface (interface)] > ranks[judge_interface (best)]))
        best = interface;
    }
  return best;
}

static char *
describe (const Interface *interface)
{
  g_autofree char *addresses = NULL;

  switch (judge_interface (interface))
    {
    case NETWORK_DOWN:
      return g_strdup_printf ("%s is down", interface->name);
    case NETWORK_NO_CARRIER:
      return g_strdup_printf ("%s has no carrier", interface->name);
    case NETWORK_NO_ADDRESS:
      return g_strdup_printf ("%s has no address", interface->name);
    case NETWORK_FINE:
    case NETWORK_NO_INTERFACE:
    case NETWORK_NO_ROUTE:
    default:
      g_ptr_array_add (interface->addresses, NULL);
      addresses = g_strjoinv (" ", (char **)interface->addresses->pdata);
      g_ptr_array_set_size (interface->addresses, (int)interface->addresses->len - 1);
      return g_strdup_printf ("%s has %s", interface->name, addresses);
    }
}

static char *
describe_all (GPtrArray *interfaces)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < interfaces->len; i++)
    if (!((Interface *)interfaces->pdata[i])->loopback)
      g_ptr_array_add (texts, describe (interfaces->pdata[i]));
  if (texts->len == 0)
    return g_strdup ("no network interface");
  g_ptr_array_add (texts, NULL);
  return g_strjoinv (", ", (char **)texts->pdata);
}

void
network_look (const char *peer, const char *former, NetworkWay *ret_way)
{
  g_autoptr (GPtrArray) interfaces = list_all ();
  g_autofree char *local = peer != NULL ? find_local (peer) : NULL;
  const Interface *owner = local != NULL ? find_owner (interfaces, local) : NULL;
  const Interface *before = former != NULL ? find_interface (interfaces, former) : NULL;
  const Interface *own = owner;

  *ret_way = (NetworkWay){ NETWORK_FINE, NULL, NULL, NULL };
  /* The network of the reception may have a way to everywhere too: it is not the one that leads to the center. */
  if (before != NULL && (own == NULL || judge_interface (before) != NETWORK_FINE))
    own = before;
  if (own == NULL && local == NULL)
    own = former == NULL ? find_best (interfaces) : NULL;
  if (own != NULL && own->loopback)
    ret_way->fault = NETWORK_FINE;
  else if (own != NULL)
    ret_way->fault = judge_interface (own);
  else if (local == NULL)
    ret_way->fault = NETWORK_NO_INTERFACE;
  if (ret_way->fault == NETWORK_FINE && peer != NULL && local == NULL)
    ret_way->fault = NETWORK_NO_ROUTE;
  ret_way->interface = own != NULL ? g_strdup (own->name) : ret_way->fault != NETWORK_FINE ? g_strdup (former) : NULL;
  ret_way->evidence = ret_way->fault == NETWORK_NO_INTERFACE && former != NULL
                          ? g_strdup_printf ("%s is gone", former)
                          : (own != NULL && own->loopback ? g_strdup_printf ("%s has %s", own->name, local)
                                                          : describe_all (interfaces));
  ret_way->local = g_steal_pointer (&local);
}

void
network_way_clear (NetworkWay *way)
{
  g_clear_pointer (&way->interface, g_free);
  g_clear_pointer (&way->local, g_free);
  g_clear_pointer (&way->evidence, g_free);
}

static gboolean
parse_prefix (const char *address, guint8 ret_bytes[16])
{
  return address != NULL && inet_pton (AF_INET6, address, ret_bytes) == 1 && ret_bytes[0] != 0xfe
         && ret_bytes[0] != 0xff && ret_bytes[0] != 0; /* not of a link, of many, of this computer, or of IPv4 */
}

gboolean
network_is_other_prefix (const char *a, const char *b)
{
  guint8 one[16], other[16];

  return parse_prefix (a, one) && parse_prefix (b, other) && memcmp (one, other, PREFIX_SIZE) != 0;
}

char *
network_format_prefix (const char *address)
{
  char text[INET6_ADDRSTRLEN] = "";
  guint8 bytes[16];

  if (!parse_prefix (address, bytes))
    return g_strdup (address);
  memset (bytes + PREFIX_SIZE, 0, sizeof bytes - PREFIX_SIZE);
  inet_ntop (AF_INET6, bytes, text, sizeof text);
  return g_strdup_printf ("%s/64", text);
}
