/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-network: computers of the test's making (the linker puts its kernel in place of the real one): what is in the
 * way of each, and what is seen of it.
 */
#include "base/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define UP (IFF_UP)
#define RUNNING (IFF_UP | IFF_RUNNING)

typedef struct
{
  const char *name;
  short flags;
  const char *address; /* IPv4; NULL: none */
} Port;

typedef struct
{
  const Port *ports;
  guint n_ports;
  const char *addresses; /* if_inet6 */
  const char *local;     /* of the route; NULL: there is none */
} Computer;

static const Computer *computer;

gboolean __wrap_g_file_get_contents (const char *path, char **contents, gsize *length, GError **error);
int __wrap_ioctl (int descriptor, unsigned long request, ...);
int __wrap___ioctl_time64 (int descriptor, unsigned long request, ...);
int __wrap_connect (int descriptor, const struct sockaddr *address, socklen_t size);
int __wrap_getsockname (int descriptor, struct sockaddr *address, socklen_t *size);

gboolean
__wrap_g_file_get_contents (const char *path, char **contents, gsize *length, GError **error)
{
  g_autoptr (GString) text = g_string_new ("Inter-|   Receive\n face |bytes\n");

  if (g_str_has_suffix (path, "if_inet6"))
    {
      *contents = g_strdup (computer->addresses);
      return computer->addresses != NULL;
    }
  g_assert_true (g_str_has_suffix (path, "/net/dev"));
  for (guint i = 0; i < computer->n_ports; i++)
    g_string_append_printf (text, "%6s: 1 2 3\n", computer->ports[i].name);
  *contents = g_strdup (text->str);
  return TRUE;
}

static void
list_addresses (struct ifconf *list)
{
  guint n = 0;

  for (guint i = 0; i < computer->n_ports; i++)
    if (computer->ports[i].address != NULL)
      {
        struct sockaddr_in address = { .sin_family = AF_INET };

        inet_pton (AF_INET, computer->ports[i].address, &address.sin_addr);
        memset (&list->ifc_req[n], 0, sizeof *list->ifc_req);
        g_strlcpy (list->ifc_req[n].ifr_name, computer->ports[i].name, IFNAMSIZ);
        memcpy (&list->ifc_req[n++].ifr_addr, &address, sizeof address);
      }
  list->ifc_len = (int)(n * sizeof *list->ifc_req);
}

static int
answer (unsigned long request, void *argument)
{
  struct ifreq *one = argument;

  if (request == SIOCGIFCONF)
    {
      list_addresses (argument);
      return 0;
    }
  g_assert_cmpuint (request, ==, SIOCGIFFLAGS);
  for (guint i = 0; i < computer->n_ports; i++)
    if (strcmp (computer->ports[i].name, one->ifr_name) == 0)
      {
        one->ifr_flags = computer->ports[i].flags;
        return 0;
      }
  errno = ENODEV;
  return -1;
}

int
__wrap_ioctl (int descriptor, unsigned long request, ...)
{
  va_list arguments;
  void *argument;

  va_start (arguments, request);
  argument = va_arg (arguments, void *);
  va_end (arguments);
  return answer (request, argument);
}

/* What ioctl is called where time has 64 bits and the machine 32. */
int
__wrap___ioctl_time64 (int descriptor, unsigned long request, ...)
{
  va_list arguments;
  void *argument;

  va_start (arguments, request);
  argument = va_arg (arguments, void *);
  va_end (arguments);
  return answer (request, argument);
}

int
__wrap_connect (int descriptor, const struct sockaddr *address, socklen_t size)
{
  errno = ENETUNREACH;
  return computer->local != NULL ? 0 : -1;
}

int
__wrap_getsockname (int descriptor, struct sockaddr *address, socklen_t *size)
{
  struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
  struct sockaddr_in four = { .sin_family = AF_INET };

  if (inet_pton (AF_INET6, computer->local, &six.sin6_addr) == 1)
    memcpy (address, &six, *size = sizeof six);
  else if (inet_pton (AF_INET, computer->local, &four.sin_addr) == 1)
    memcpy (address, &four, *size = sizeof four);
  else
    g_assert_not_reached ();
  return 0;
}

#define ROW_6 "20010db8000100020000000000000005 02 40 00 80     line0\n"
#define LINK_6 "fe800000000000000000000000000005 02 40 20 80     line0\n"
#define TENTATIVE_6 "20010db8000100020000000000000005 02 40 00 40     line0\n"
#define LOOP_6 "00000000000000000000000000000001 01 80 10 80        lo\n"

static void
test_look (void)
{
  static const Port none[] = { { "lo", RUNNING | IFF_LOOPBACK, "127.0.0.1" } },
                    down[] = { { "lo", RUNNING | IFF_LOOPBACK, "127.0.0.1" }, { "line0", 0, NULL } },
                    out[] = { { "line0", UP, "192.0.2.5" }, { "lo", RUNNING | IFF_LOOPBACK, "127.0.0.1" } },
                    bare[] = { { "line0", RUNNING, "169.254.7.7" } },
                    good[] = { { "line0", RUNNING, "192.0.2.5" }, { "spare", UP, NULL } },
                    both[] = { { "line0", UP, NULL }, { "desk0", RUNNING, "192.168.1.9" } };
  static const struct
  {
    Computer computer;
    const char *peer, *former;
    NetworkFault fault;
    const char *interface, *local, *evidence;
  } rows[] = {
    { { none, 1, LOOP_6, NULL }, "192.0.2.1", NULL, NETWORK_NO_INTERFACE, NULL, NULL, "no network interface" },
    { { none, 1, LOOP_6, NULL }, NULL, NULL, NETWORK_NO_INTERFACE, NULL, NULL, "no network interface" },
    { { none, 1, LOOP_6, "127.0.0.1" }, "127.0.0.1", NULL, NETWORK_FINE, "lo", "127.0.0.1", "lo has 127.0.0.1" },
    { { good, 2, NULL, NULL }, "192.0.2.1", "wwan0", NETWORK_NO_INTERFACE, "wwan0", NULL, "wwan0 is gone" },
    { { down, 2, NULL, NULL }, "192.0.2.1", NULL, NETWORK_DOWN, "line0", NULL, "line0 is down" },
    { { out, 2, NULL, "192.0.2.5" },
      "192.0.2.1",
      NULL,
      NETWORK_NO_CARRIER,
      "line0",
      "192.0.2.5",
      "line0 has no carrier" },
    { { out, 2, NULL, NULL }, NULL, NULL, NETWORK_NO_CARRIER, "line0", NULL, "line0 has no carrier" },
    { { bare, 1, LINK_6, NULL }, "2001:db8::1", NULL, NETWORK_NO_ADDRESS, "line0", NULL, "line0 has no address" },
    { { bare, 1, TENTATIVE_6, NULL }, "2001:db8::1", NULL, NETWORK_NO_ADDRESS, "line0", NULL, "line0 has no address" },
    { { bare, 1, LINK_6 ROW_6, "2001:db8:1:2::5" },
      "2001:db8::1",
      NULL,
      NETWORK_FINE,
      "line0",
      "2001:db8:1:2::5",
      "line0 has 2001:db8:1:2::5" },
    { { good, 2, NULL, NULL },
      "198.51.100.1",
      NULL,
      NETWORK_NO_ROUTE,
      "line0",
      NULL,
      "line0 has 192.0.2.5, spare has no carrier" },
    { { good, 2, NULL, NULL }, NULL, NULL, NETWORK_FINE, "line0", NULL, "line0 has 192.0.2.5, spare has no carrier" },
    { { good, 2, NULL, "192.0.2.5" },
      "192.0.2.1",
      "line0",
      NETWORK_FINE,
      "line0",
      "192.0.2.5",
      "line0 has 192.0.2.5, spare has no carrier" },
    /* The reception's own network leads to everywhere, but not to the center. */
    { { both, 2, NULL, "192.168.1.9" },
      "192.0.2.1",
      "line0",
      NETWORK_NO_CARRIER,
      "line0",
      "192.168.1.9",
      "line0 has no carrier, desk0 has 192.168.1.9" },
    { { both, 2, NULL, "192.168.1.9" },
      "192.0.2.1",
      NULL,
      NETWORK_FINE,
      "desk0",
      "192.168.1.9",
      "line0 has no carrier, desk0 has 192.168.1.9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (NetworkWay) way = { 0 };

      computer = &rows[i].computer;
      network_look (rows[i].peer, rows[i].former, &way);
      g_assert_cmpint (way.fault, ==, rows[i].fault);
      g_assert_cmpstr (way.interface, ==, rows[i].interface);
      g_assert_cmpstr (way.local, ==, rows[i].local);
      g_assert_cmpstr (way.evidence, ==, rows[i].evidence);
    }
}

static void
test_prefix (void)
{
  static const struct
  {
    const char *a, *b;
    gboolean is_other;
  } rows[] = {
    { "2001:db8:1:2::5", "2001:db8:1:2:ffff::7", FALSE }, /* the computer's own half, drawn anew each day */
    { "2001:db8:1:2::5", "2001:db8:1:3::5", TRUE },
    { "fd00:1::5", "fd00:2::5", TRUE },
    { "fe80::1", "2001:db8::1", FALSE },
    { "::1", "2001:db8::1", FALSE },
    { "::ffff:192.0.2.1", "::ffff:198.51.100.1", FALSE },
    { "192.0.2.1", "198.51.100.1", FALSE },
    { "192.0.2.1", "2001:db8::1", FALSE },
    { NULL, "2001:db8::1", FALSE },
    { "2001:db8::1", NULL, FALSE },
  };
  g_autofree char *prefix = network_format_prefix ("2001:db8:1:2:a:b:c:d"),
                  *other = network_format_prefix ("192.0.2.1");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (network_is_other_prefix (rows[i].a, rows[i].b), ==, rows[i].is_other);
  g_assert_cmpstr (prefix, ==, "2001:db8:1:2::/64");
  g_assert_cmpstr (other, ==, "192.0.2.1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network/look", test_look);
  g_test_add_func ("/network/prefix", test_prefix);
  return g_test_run ();
}
