/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-mount: lines of /proc/self/mountinfo. */
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "center/folder-mount.h"

#define HEAD "36 24 0:52 / /mnt/terminal rw,relatime shared:1 - "
#define OTHERS \
  "24 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n" \
  "35 24 0:51 / /mnt/other rw,relatime - cifs //other/OQS rw,vers=3.1.1,cache=strict\n"

static void
test_options (void)
{
  static const struct
  {
    const char *line;
    gboolean is_cached;
  } cases[] = {
    { HEAD "cifs //terminal/OQS rw,vers=3.1.1,cache=strict,username=link,actimeo=1", TRUE },
    { HEAD "smb3 //terminal/OQS rw,vers=3.1.1,cache=loose", TRUE },
    { HEAD "cifs //terminal/OQS rw,vers=3.1.1,cache=strict,nolease,actimeo=1", FALSE },
    { HEAD "cifs //terminal/OQS rw,cache=none,closetimeo=0", FALSE },
    { HEAD "fuse.smbnetfs smbnetfs rw,user_id=0", FALSE },
    { HEAD "cifs", FALSE },
    { "36 24", FALSE },
    { "", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *mounts = g_strconcat (OTHERS, cases[i].line, "\n", NULL);

      g_assert_cmpint (folder_mount_is_cached (mounts, makedev (0, 52)), ==, cases[i].is_cached);
    }
}

static void
test_here (void)
{
  const int folder = open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_false (folder_mount_look (folder));
  close (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folder-mount/options", test_options);
  g_test_add_func ("/folder-mount/here", test_here);
  return g_test_run ();
}
