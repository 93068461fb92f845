/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* message-profile: what may stand twice, and what may not. */
#include <string.h>

#include "codec/message-profile.h"

/* @names: the children of an element called @holder, in turn, with blanks between. */
static const char *
judge (const char *holder, const char *names)
{
  g_autoptr (Message) root = message_new (holder);
  g_auto (GStrv) parts = g_strsplit (names, " ", -1);

  for (guint i = 0; *names && parts[i]; i++)
    message_add (root, parts[i], "1");
  return message_profile_judge (root);
}

static void
test_judge (void)
{
  static const struct
  {
    const char *holder, *names;
    gboolean good;
  } cases[] = {
    /* the field's lists */
    { "ResultList", "ResultOfQualificationConfirmation ResultOfQualificationConfirmation", TRUE },
    { "ResultList", "ResultOfQualificationConfirmation New New", TRUE },
    { "SpecificDiseasesCertificateList", "SpecificDiseasesCertificateInfo SpecificDiseasesCertificateInfo", TRUE },
    { "PublicExpenseResultList", "MedicalTicketInfo MedicalTicketInfo", TRUE },
    { "MessageBody", "BulkConfirmUnit ReceptionNumber BulkConfirmUnit", TRUE },
    { "MessageBody", "MeTrMonthInf MeTrMonthInf ShPrInf", TRUE },
    { "MeTrInf", "SinInfCd DenMeTrAddInf DenMeTrAddInf", TRUE },
    { "DrugInfs", "DrugInf DrugInf DrugInf", TRUE },
    /* what the field has once */
    { "ResultOfQualificationConfirmation", "Name Sex1 Birthdate", TRUE },
    { "ResultOfQualificationConfirmation", "Name Name", FALSE },
    { "ResultOfQualificationConfirmation", "Name New Sex1 New", FALSE },
    { "ResultOfQualificationConfirmation", "ElderlyRecipientCertificateInfo ElderlyRecipientCertificateInfo", FALSE },
    { "MessageBody", "QualificationValidity ResultList QualificationValidity", FALSE },
    { "MessageBody", "BulkConfirmUnit ReceptionNumber BulkConfirmUnit ReceptionNumber", FALSE },
    { "MessageBody", "ResultList ResultList", FALSE },
    { "MessageHeader", "SegmentOfResult SegmentOfResult", FALSE },
    { "XmlMsg", "MessageHeader MessageBody MessageBody", FALSE },
    { "MedicalTicketInfo", "TicketType TicketType", FALSE },
    /* what is not known: a list if it looks like one */
    { "New", "", TRUE },
    { "New", "A", TRUE },
    { "New", "A A A", TRUE },
    { "New", "A B", TRUE },
    { "New", "A B A", FALSE },
    { "New", "A a", TRUE },
    { "New", "a b c d e f g h i j k l m n o p q r s t u v w x y z", TRUE },
    { "New", "a b c d e f g h i j k l m n o p q r s t u v w x y a", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *reason = judge (cases[i].holder, cases[i].names);

      g_test_message ("%s: %s", cases[i].holder, cases[i].names);
      g_assert_cmpstr (reason, ==, cases[i].good ? NULL : "an element twice");
    }
}

/* So that an item that JSON writes as an array is never taken for several items. */
static void
test_limit (void)
{
  g_autoptr (Message) known = message_new ("MedicalTicketInfo"), unknown = message_new ("New"),
                      body = message_new ("MessageBody");

  for (guint i = 0; i < MESSAGE_MEMBERS_MAXIMUM; i++)
    {
      g_autofree char *name = g_strdup_printf ("Name%u", i);

      message_add (known, name, "");
      message_add (unknown, name, "");
      message_add (body, "BulkConfirmUnit", "");
    }
  g_assert_null (message_profile_judge (known));
  message_add (known, "One", "");
  message_add (unknown, "One", "");
  message_add (body, "One", "");
  g_assert_cmpstr (message_profile_judge (known), ==, "too many elements in one");
  g_assert_null (message_profile_judge (unknown));
  g_assert_null (message_profile_judge (body));
}

static void
test_items (void)
{
  g_assert_cmpstr (message_profile_get_item ("ResultList"), ==, "ResultOfQualificationConfirmation");
  g_assert_cmpstr (message_profile_get_item ("CzDrugInfs"), ==, "CzDrugInf");
  g_assert_null (message_profile_get_item ("MessageBody"));
  g_assert_null (message_profile_get_item ("MedicalTicketInfo"));
  g_assert_null (message_profile_get_item ("New"));

  g_assert_true (message_profile_is_item ("ResultList", "ResultOfQualificationConfirmation"));
  g_assert_true (message_profile_is_item ("MessageBody", "BulkConfirmUnit"));
  g_assert_false (message_profile_is_item ("MessageBody", "ResultOfQualificationConfirmation"));
  g_assert_false (message_profile_is_item ("ResultList", "MedicalTicketInfo"));
  g_assert_false (message_profile_is_item ("New", "MedicalTicketInfo"));
  /* may itself hold something twice, so that an array in its place is its own children */
  g_assert_false (message_profile_is_item ("MeTrInfs", "MeTrInf"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-profile/judge", test_judge);
  g_test_add_func ("/message-profile/limit", test_limit);
  g_test_add_func ("/message-profile/items", test_items);
  return g_test_run ();
}
