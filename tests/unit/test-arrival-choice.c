/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-arrival-choice: whoever knows little of a patient is given nothing of them. */
#include "visit/arrival-choice.h"

#include "center/field-arrival.h"
#include "fake-terminal.h"

#define INSTITUTION "1311234567"

static TransportReply *
read_reply (const FakePatient *patient)
{
  g_autoptr (GBytes) xml = fake_terminal_make_xml (patient, "a");
  g_autoptr (GError) error = NULL;
  TransportReply *reply = field_arrival_read (xml, INSTITUTION, &error);

  g_assert_no_error (error);
  return reply;
}

/* test_judge: what was typed, and what it is worth. */
static void
test_judge (void)
{
  static const FakePatient hanako = { .name = "山田　花子", .kana = "ﾔﾏﾀﾞ ﾊﾅｺ" };
  static const FakePatient unmapped = { .name = "●田　花子", .kana = "ﾀｶﾀ ﾊﾅｺ" };
  static const FakePatient silent = { .name = "山田　花子" }; /* without a reading */
  static const FakePatient dashed
      = { .name = "山田　花子", .kana = "ﾔﾏﾀﾞ ﾊﾅｺ", .more = "<NameOfOther>－</NameOfOther>" };
  static const struct
  {
    const FakePatient *patient;
    const char *name, *kana;
    ArrivalFit fit;
  } rows[] = {
    { &hanako, "山田花子", NULL, ARRIVAL_FITS },           { &hanako, NULL, "やまだはなこ", ARRIVAL_FITS },
    { &hanako, "●●●●", NULL, ARRIVAL_FITS_NOT }, /* anybody */
    { &hanako, "●田花子", NULL, ARRIVAL_FITS_NOT },        { &hanako, NULL, "●●●●●●", ARRIVAL_FITS_NOT },
    { &hanako, "●●●●", "ヤマダハナコ", ARRIVAL_FITS_NOT }, { &unmapped, "髙田花子", NULL, ARRIVAL_FITS_MAYBE },
    { &unmapped, "● 田花子", NULL, ARRIVAL_FITS_MAYBE }, /* as a receipt computer has it from the center */
    { &unmapped, "●●●●", NULL, ARRIVAL_FITS_NOT },         { &unmapped, "髙田花子", "タカタハナコ", ARRIVAL_FITS },
    { &silent, NULL, "ヤマダハナコ", ARRIVAL_FITS_MAYBE }, { &dashed, "山田花子", NULL, ARRIVAL_FITS },
    { &dashed, "山田太郎", NULL, ARRIVAL_FITS_NOT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const ArrivalPatient typed = { .birthdate = "19800102", .name = rows[i].name, .name_kana = rows[i].kana };
      g_autoptr (TransportReply) reply = read_reply (rows[i].patient);

      g_test_message ("row %u", i);
      g_assert_true (arrival_patient_check (&typed, NULL));
      g_assert_cmpint (arrival_choice_judge (&typed, reply->qualification), ==, rows[i].fit);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arrival-choice/judge", test_judge);
  return g_test_run ();
}
