/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* secret: sizes, locked and undumpable pages, erasure. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"

static const guint8 *watched; /* the page whose end is expected */
static gboolean watched_was_erased;
static gboolean refuse_lock;

/* Stands before the C library's: the last moment at which the pages can be looked at. */
int
munmap (void *address, size_t size)
{
  if (watched && address == watched)
    {
      watched_was_erased = TRUE;
      for (gsize i = 0; i < size; i++)
        watched_was_erased = watched_was_erased && watched[i] == 0;
      watched = NULL;
    }
  return syscall (SYS_munmap, address, size);
}

int
mlock (const void *address, size_t size)
{
  if (refuse_lock)
    {
      errno = ENOMEM;
      return -1;
    }
  return syscall (SYS_mlock, address, size);
}

static void
test_new (void)
{
  static const gsize sizes[] = { 0, 1, 4, 4096, 4097, 65536 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (Secret) secret = secret_new (sizes[i]);

      g_assert_cmpuint (secret_get_size (secret), ==, sizes[i]);
      for (gsize k = 0; k < sizes[i]; k++)
        g_assert_cmpuint (secret_get_data (secret)[k], ==, 0);
      memset (secret_get_data (secret), 0xa5, sizes[i]);
    }
  secret_free (NULL);
}

static void
test_take (void)
{
  char pin[4] = { '1', '2', '3', '4' };
  g_autoptr (Secret) secret = secret_take (pin, sizeof pin);

  g_assert_cmpmem (secret_get_data (secret), secret_get_size (secret), "1234", 4);
  g_assert_cmpmem (pin, sizeof pin, "\0\0\0\0", 4);
}

static void
test_too_large (void)
{
  if (g_test_subprocess ())
    {
      secret_free (secret_new (1024 * 1024 + 2));
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

static void
test_erased_when_freed (void)
{
  char pin[] = "4321";
  Secret *secret = secret_take (pin, 4);

  watched_was_erased = FALSE;
  watched = secret_get_data (secret);
  secret_free (secret);
  g_assert_null (watched);
  g_assert_true (watched_was_erased);
}

static void
test_wiped_in_child (void)
{
  char pin[] = "4321";
  g_autoptr (Secret) secret = secret_take (pin, 4);
  int status;
  pid_t child = fork ();

  if (child == 0)
    _exit (memcmp (secret_get_data (secret), "\0\0\0\0", 4) == 0 ? 0 : 1);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpmem (secret_get_data (secret), 4, "4321", 4);
}

/* The VmFlags of the mapping that begins at @address, or NULL where /proc does not tell. */
static char *
read_flags (const void *address)
{
  g_autofree char *text = NULL;
  g_autofree char *start = g_strdup_printf ("%lx-", (gulong)address);
  const char *flags;

  if (!g_file_get_contents ("/proc/self/smaps", &text, NULL, NULL))
    return NULL;
  flags = g_str_has_prefix (text, start) ? text : strstr (text, start);
  flags = flags ? strstr (flags, "VmFlags:") : NULL;
  return flags ? g_strndup (flags, strcspn (flags, "\n")) : NULL;
}

static void
test_page_flags (void)
{
  g_autoptr (Secret) secret = secret_new (4);
  g_autofree char *flags = NULL;

  memset (secret_get_data (secret), 0xff, 4);
  flags = read_flags (secret_get_data (secret));
  if (!flags)
    {
      g_test_skip ("the environment lacks /proc/self/smaps");
      return;
    }
  g_assert_nonnull (strstr (flags, " dd")); /* not dumped */
  g_assert_nonnull (strstr (flags, " lo")); /* locked: a few pages are below every default limit */
}

static void
test_lock_refused (void)
{
  Secret *secret;
  g_autofree char *flags = NULL;

  refuse_lock = TRUE;
  secret = secret_new (4);
  refuse_lock = FALSE;
  memcpy (secret_get_data (secret), "1234", 4);
  flags = read_flags (secret_get_data (secret));
  if (flags)
    g_assert_nonnull (strstr (flags, " dd"));
  secret_free (secret);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/new", test_new);
  g_test_add_func ("/secret/take", test_take);
  g_test_add_func ("/secret/too-large", test_too_large);
  g_test_add_func ("/secret/erased-when-freed", test_erased_when_freed);
  g_test_add_func ("/secret/wiped-in-child", test_wiped_in_child);
  g_test_add_func ("/secret/page-flags", test_page_flags);
  g_test_add_func ("/secret/lock-refused", test_lock_refused);
  return g_test_run ();
}
