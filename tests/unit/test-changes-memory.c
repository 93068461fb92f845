/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* changes-memory: who was the same today; texts that do not run into each other. */
#include "visit/changes-memory.h"

#define DAY 20700

/* Other texts, or the same ones divided in another way, are another number; of another process all are. */
static void
test_texts (void)
{
  static const char *const texts[][3] = {
    { "", "", "" },
    { NULL, "", "" },
    { "", NULL, "" },
    { NULL, NULL, NULL },
    { "a", "b", "c" },
    { "ab", "", "c" },
    { "", "ab", "c" },
    { "a", "b", NULL },
    { "12345678", "", "" },
    { "1234567", "8", "" },
    { "123456789", "", "" },
    { "山田　花子", "19850412", "" },
    { "山田　花", "子19850412", "" },
  };
  g_autoptr (ChangesMemory) memory = changes_memory_new (), other = changes_memory_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const guint64 number = changes_memory_hash (memory, texts[i], 3);

      g_assert_cmpuint (number, ==, changes_memory_hash (memory, texts[i], 3));
      g_assert_cmpuint (number, !=, changes_memory_hash (other, texts[i], 3));
      for (gsize j = 0; j < i; j++)
        g_assert_cmpuint (number, !=, changes_memory_hash (memory, texts[j], 3));
    }
}

static void
test_days (void)
{
  const ChangesPrint print = { 7, 1 }, changed = { 7, 2 }, other = { 8, 1 }, same_place = { 7 + 512, 3 };
  g_autoptr (ChangesMemory) memory = changes_memory_new ();

  g_assert_false (changes_memory_has (memory, &print, DAY));
  changes_memory_add (memory, &print, DAY);
  changes_memory_add (memory, &other, DAY);
  g_assert_true (changes_memory_has (memory, &print, DAY));
  g_assert_true (changes_memory_has (memory, &other, DAY));
  g_assert_false (changes_memory_has (memory, &changed, DAY));
  g_assert_false (changes_memory_has (memory, &print, DAY + 1));
  changes_memory_add (memory, &same_place, DAY);
  g_assert_false (changes_memory_has (memory, &print, DAY));
  changes_memory_add (memory, &print, DAY + 1);
  g_assert_false (changes_memory_has (memory, &other, DAY + 1));
  g_assert_true (changes_memory_has (memory, &print, DAY + 1));
  changes_memory_forget (memory);
  g_assert_false (changes_memory_has (memory, &print, DAY + 1));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/changes-memory/texts", test_texts);
  g_test_add_func ("/changes-memory/days", test_days);
  return g_test_run ();
}
