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

/* test_named: how staff names the patient, and what is not enough. */
static void
test_named (void)
{
  static const struct
  {
    ArrivalPatient patient;
    gboolean is_enough;
    ArrivalFit fit;
  } rows[] = {
    { { .birthdate = "19800102", .name = "山田太郎" }, TRUE, ARRIVAL_FITS_NOT },
    { { .birthdate = "19800103", .name = "山田花子" }, TRUE, ARRIVAL_FITS_NOT },
    { { .birthdate = "19800102", .name = "山田花子", .name_kana = "ヤマダ　タロウ" }, TRUE, ARRIVAL_FITS_NOT },
    { { .reference_number = "4712" }, TRUE, ARRIVAL_FITS_NOT },
    { { .reference_number = "4711", .name = "山田太郎" }, TRUE, ARRIVAL_FITS_NOT },
    { { .reference_number = "4711", .birthdate = "19800103" }, TRUE, ARRIVAL_FITS_NOT },
    { { .birthdate = "1980/01/02", .name_kana = "やまだ はなこ" }, TRUE, ARRIVAL_FITS },
    { { .reference_number = " ４７１１" }, TRUE, ARRIVAL_FITS },
    { { .birthdate = "19800102" }, FALSE, ARRIVAL_FITS_NOT },
    { { .birthdate = "19800102", .name = "  " }, FALSE, ARRIVAL_FITS_NOT },
    { { .name = "山田花子" }, FALSE, ARRIVAL_FITS_NOT },
    { { .reference_number = " " }, FALSE, ARRIVAL_FITS_NOT },
    { { .birthdate = "today", .name = "山田花子" }, FALSE, ARRIVAL_FITS_NOT },
  };
  static const FakePatient hanako = { .name = "山田　花子", .kana = "ﾔﾏﾀﾞ ﾊﾅｺ", .reference = "4711" };
  g_autoptr (TransportReply) reply = read_reply (&hanako);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u", i);
      g_assert_true (arrival_patient_check (&rows[i].patient, &error) == rows[i].is_enough);
      if (rows[i].is_enough)
        g_assert_cmpint (arrival_choice_judge (&rows[i].patient, reply->qualification), ==, rows[i].fit);
      else
        g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
    }
}

#define NOON G_GINT64_CONSTANT (1743476400000000) /* 2025-04-01 12:00 in Japan */

/* test_insurances: one person with two insurances is shown as two, and is neither. */
static void
test_insurances (void)
{
  static const FakePatient one = { .name = "山田　花子", .kana = "ﾔﾏﾀﾞ ﾊﾅｺ" };
  static const FakePatient moved = { .name = "山田　花子", .kana = "ﾔﾏﾀﾞ ﾊﾅｺ", .insurer_number = "00123456" };
  const ArrivalPatient typed = { .birthdate = "19800102", .name = "山田花子" };
  const FakePatient *const both[] = { &one, &moved, &one };
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_found_free);
  g_autoptr (GPtrArray) groups = NULL;
  gboolean fits = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    g_ptr_array_add (found, arrival_found_new (arrival_book_item_new (), read_reply (both[i])));
  groups = arrival_choice_group (&typed, found, &fits);
  g_assert_false (fits);
  g_assert_cmpuint (groups->len, ==, 2);
  g_assert_cmpuint (((GPtrArray *)groups->pdata[0])->len, ==, 2);
}

/* test_bound: whatever a file says, nothing was said after it came, and no yes lasts longer than a day from then. */
static void
test_bound (void)
{
  static const FakePatient forged
      = { .name = "山田　花子",
          .more = "<PharmacistsInfoConsFlg>1</PharmacistsInfoConsFlg>"
                  "<PharmacistsInfoConsTime>20991231000000</PharmacistsInfoConsTime>"
                  "<PharmacistsInfoAvailableTime>99991231235959</PharmacistsInfoAvailableTime>"
                  "<SpecificHealthCheckupsInfoConsFlg>0</SpecificHealthCheckupsInfoConsFlg>" };
  g_autoptr (GPtrArray) group = g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_found_free);
  g_autoptr (TransportReply) merged = NULL;
  ArrivalBookItem *item = arrival_book_item_new ();

  item->at = NOON - G_TIME_SPAN_MINUTE;
  item->received = NOON;
  g_ptr_array_add (group, arrival_found_new (item, read_reply (&forged)));
  merged = arrival_choice_merge (group);
  g_assert_true (merged->consents[CONSENT_DRUG].granted);
  g_assert_cmpint (merged->consents[CONSENT_DRUG].at, ==, NOON);
  g_assert_cmpint (merged->consents[CONSENT_DRUG].until, ==, NOON + G_TIME_SPAN_DAY);
  g_assert_true (merged->consents[CONSENT_CHECKUP].is_answered);
  g_assert_cmpint (merged->consents[CONSENT_CHECKUP].at, ==, NOON);
  g_assert_cmpint (merged->consents[CONSENT_CHECKUP].until, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arrival-choice/judge", test_judge);
  g_test_add_func ("/arrival-choice/named", test_named);
  g_test_add_func ("/arrival-choice/insurances", test_insurances);
  g_test_add_func ("/arrival-choice/bound", test_bound);
  return g_test_run ();
}
