/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-eligibility: every key of the contract has its place, and what was not sent is absent. */
#include "bus/bus-eligibility.h"

#include "bus-message.h"

/* Writes what @message stands at, as text: {key:value …} and [value …]. */
static void
dump (sd_bus_message *message, GString *text)
{
  const char *contents, *string;
  guint64 number = 0;
  char type;

  while (sd_bus_message_peek_type (message, &type, &contents) > 0)
    {
      if (text->len > 0 && !strchr ("[{: ", text->str[text->len - 1]))
        g_string_append_c (text, type == 'v' ? ':' : ' ');
      if (type == 'v' || type == 'e' || type == 'a')
        {
          g_assert_cmpint (sd_bus_message_enter_container (message, type, contents), >, 0);
          if (type == 'a')
            g_string_append_c (text, *contents == '{' ? '{' : '[');
          dump (message, text);
          if (type == 'a')
            g_string_append_c (text, *contents == '{' ? '}' : ']');
          g_assert_cmpint (sd_bus_message_exit_container (message), >=, 0);
        }
      else if (type == 's')
        {
          g_assert_cmpint (sd_bus_message_read_basic (message, type, &string), >, 0);
          g_string_append (text, string);
        }
      else
        {
          g_assert_cmpint (sd_bus_message_read_basic (message, type, &number), >, 0);
          g_string_append_printf (text, "%" G_GUINT64_FORMAT, type == 't' ? number : (guint32)number);
        }
    }
}

static void
assert_written (BusFixture *fixture, const Eligibility *eligibility, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_cmpint (sd_bus_message_open_container (fixture->message, 'a', "{sv}"), >=, 0);
  g_assert_cmpint (bus_eligibility_append (fixture->message, eligibility), >=, 0);
  g_assert_cmpint (sd_bus_message_close_container (fixture->message), >=, 0);
  dump (bus_fixture_seal (fixture), text);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_nothing (BusFixture *fixture, gconstpointer data)
{
  Eligibility eligibility = { .answer = ELIGIBILITY_UNKNOWN };

  assert_written (fixture, &eligibility, "{Answer:unknown Insurances:[]}");
}

static void
test_bare_insurance (BusFixture *fixture, gconstpointer data)
{
  QualificationInsurance insurance = { .burden_ratio = -1, .elderly_ratio = -1 };
  gpointer insurances[] = { &insurance };
  GPtrArray list = { .pdata = insurances, .len = 1 };
  Qualification qualification = { .changed_sent = TRUE, .insurances = &list };
  Eligibility eligibility = { .answer = ELIGIBILITY_ELIGIBLE, .qualification = &qualification };

  assert_written (fixture, &eligibility, "{Answer:eligible Changed:0 Insurances:[{}]}");
}

static void
test_everything (BusFixture *fixture, gconstpointer data)
{
  g_autofree QualificationTicket *ticket = g_malloc (sizeof *ticket + 2 * sizeof ticket->texts[0]);
  g_autoptr (GArray) unmapped = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) diseases = g_array_new (FALSE, FALSE, sizeof (QualificationDisease));
  g_autoptr (GPtrArray) tickets = g_ptr_array_new ();
  g_autoptr (GPtrArray) insurances = g_ptr_array_new ();
  const QualificationDisease disease = { .category = "1", .name = "d", .from = "f", .until = "u", .self_pay = "10000" };
  QualificationCeiling ceiling = { .classification = "01",
                                   .classification_date = "cd",
                                   .class_name = "ア",
                                   .from = "f",
                                   .until = "u",
                                   .long_term_from = "l",
                                   .class_code = "A01" };
  QualificationInsurance insurance = {
    .classification = "a",
    .insurer_number = "b",
    .insurer_name = "c",
    .symbol = "d",
    .number = "e",
    .branch = "f",
    .relationship = "self",
    .name = "h",
    .name_kana = "i",
    .name_unmapped = unmapped,
    .sex = "female",
    .birthdate = "k",
    .address = "l",
    .post_number = "m",
    .valid_from = "n",
    .valid_until = "o",
    .qualification_date = "p",
    .disqualification_date = "q",
    .loss_reason = "r",
    .burden_ratio = 30,
    .preschool = TRUE,
    .preschool_sent = TRUE,
    .elderly_from = "s",
    .elderly_until = "t",
    .elderly_date = "u",
    .elderly_ratio = 20,
    .ceiling = &ceiling,
    .diseases = diseases,
    .tickets = tickets,
    .reference_number = "v",
  };
  char advice[] = "A";
  Qualification qualification
      = { .code = "C", .message = "M", .changed = TRUE, .changed_sent = TRUE, .insurances = insurances };
  Eligibility eligibility = { .answer = ELIGIBILITY_NOT_ELIGIBLE,
                              .reason = "R",
                              .advice = advice,
                              .as_of = 5000000000,
                              .source = "center",
                              .validity = "invalid",
                              .qualification = &qualification };

  g_array_append_vals (unmapped, (guint32[]){ 0, 3 }, 2);
  g_array_append_val (diseases, disease);
  ticket->n_texts = 2;
  ticket->texts[0].name = "TicketType";
  ticket->texts[0].text = "1";
  ticket->texts[1].name = "SelfPayAmount";
  ticket->texts[1].text = "0";
  g_ptr_array_add (tickets, ticket);
  g_ptr_array_add (insurances, &insurance);
  assert_written (
      fixture, &eligibility,
      "{Answer:not-eligible Reason:R Advice:A Source:center Validity:invalid Code:C Message:M AsOf:5000000000 "
      "Changed:1 "
      "Insurances:[{Classification:a InsurerNumber:b InsurerName:c Symbol:d Number:e Branch:f Relationship:self Name:h "
      "NameKana:i Sex:female Birthdate:k Address:l PostNumber:m ValidFrom:n ValidUntil:o QualificationDate:p "
      "DisqualificationDate:q LossReason:r ReferenceNumber:v NameUnmapped:[0 3] BurdenRatio:30 Preschool:1 "
      "Elderly:{Date:u From:s Until:t BurdenRatio:20} "
      "Ceiling:{Class:A01 ClassName:ア Classification:01 Date:cd From:f Until:u LongTermFrom:l} "
      "SpecificDiseases:[{Category:1 Name:d From:f Until:u SelfPay:10000}] "
      "PublicExpenses:[{TicketType:1 SelfPayAmount:0}]}]}");
}

static void
test_consents (BusFixture *fixture, gconstpointer data)
{
  const Consent given[] = {
    {
        .kind = CONSENT_DRUG,
        .answered = TRUE,
        .agreed = TRUE,
        .granted = TRUE,
        .at = 5,
        .until = 6,
        .version = (char *)"2",
        .language = (char *)"ja",
    },
    { .kind = CONSENT_CHECKUP, .answered = TRUE, .agreed = FALSE, .at = 5 },
    { .kind = CONSENT_TEST, .answered = TRUE, .agreed = TRUE, .error = SHIKAKU_ERROR_CENTER_REFUSED },
    { .kind = CONSENT_ALLERGY, .agreed = TRUE }, /* not answered: not there */
  };
  g_autoptr (GArray) consents = g_array_new (FALSE, FALSE, sizeof (Consent));
  g_autoptr (GString) text = g_string_new (NULL);

  g_array_append_vals (consents, given, G_N_ELEMENTS (given));
  g_assert_cmpint (bus_consents_append (fixture->message, consents), >=, 0);
  dump (bus_fixture_seal (fixture), text);
  g_assert_cmpstr (text->str, ==,
                   "{drug {Granted:1 At:5 Until:6 Version:2 Language:ja} checkup {Granted:0 At:5} "
                   "test {Granted:0 Error:org.shikaku.Shikaku1.Error.CenterRefused}}");
}

#define ADD(path, test) \
  g_test_add ("/bus-eligibility/" path, BusFixture, NULL, bus_fixture_set_up, test, bus_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing", test_nothing);
  ADD ("bare-insurance", test_bare_insurance);
  ADD ("everything", test_everything);
  ADD ("consents", test_consents);
  return g_test_run ();
}
