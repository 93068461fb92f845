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
  QualificationInsurance insurance = { .burden_ratio = -1 };
  gpointer insurances[] = { &insurance };
  GPtrArray list = { .pdata = insurances, .len = 1 };
  Qualification qualification = { .changed_sent = TRUE, .insurances = &list };
  Eligibility eligibility = { .answer = ELIGIBILITY_ELIGIBLE, .qualification = &qualification };

  assert_written (fixture, &eligibility, "{Answer:eligible Changed:0 Insurances:[{}]}");
}

/* make_others: one element, called as its place. */
static GPtrArray *
make_others (Message *root, const char *name)
{
  GPtrArray *others = g_ptr_array_new ();

  g_ptr_array_add (others, message_add (root, name, "x"));
  return others;
}

static const QualificationInsurance every_text = {
  .classification = "a",
  .insurer_number = "b",
  .insurer_name = "c",
  .symbol = "d",
  .number = "e",
  .branch = "f",
  .relationship = "self",
  .name = "h",
  .name_kana = "i",
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
  .is_preschool = TRUE,
  .reference_number = "v",
  .insured_name = "w",
  .name_of_other = "x",
  .name_of_other_kana = "y",
  .issued_on = "z",
  .prescription_form = "paper",
  .public_expense_number = "1",
  .beneficiary_number = "2",
  .welfare_office_name = "3",
  .key = "4",
};

/* ● is located wherever a name or an address can have it. */
static void
test_unmapped (BusFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) insurances = g_ptr_array_new ();
  QualificationInsurance insurance = { .burden_ratio = -1,
                                       .address = "●町",
                                       .name = "●橋　●",
                                       .name_kana = "ﾀ●ﾊｼ",
                                       .name_of_other = "a●",
                                       .name_of_other_kana = "●",
                                       .insured_name = "𠮷●",
                                       .insurer_name = "○◎" };
  Qualification qualification = { .insurances = insurances };
  Eligibility eligibility = { .answer = ELIGIBILITY_ELIGIBLE, .source = "center", .qualification = &qualification };

  g_ptr_array_add (insurances, &insurance);
  assert_written (fixture, &eligibility,
                  "{Answer:eligible Source:center Insurances:[{Address:●町 InsuredName:𠮷● InsurerName:○◎ Name:●橋　● "
                  "NameKana:ﾀ●ﾊｼ NameOfOther:a● NameOfOtherKana:● NameUnmapped:[0 3] NameKanaUnmapped:[1] "
                  "NameOfOtherUnmapped:[1] NameOfOtherKanaUnmapped:[0] InsuredNameUnmapped:[1] AddressUnmapped:[0]}]}");
}

static void
test_everything (BusFixture *fixture, gconstpointer data)
{
  g_autoptr (Message) root = message_new ("root");
  g_autoptr (GPtrArray) of_answer = make_others (root, "OfAnswer"), of_insurance = make_others (root, "OfInsurance"),
                        of_elderly = make_others (root, "OfElderly"), of_ceiling = make_others (root, "OfCeiling"),
                        of_disease = make_others (root, "OfDisease");
  Message *ticket = message_add (root, "MedicalTicketInfo", NULL);
  g_autoptr (GArray) diseases = g_array_new (FALSE, FALSE, sizeof (QualificationDisease));
  g_autoptr (GPtrArray) tickets = g_ptr_array_new ();
  g_autoptr (GPtrArray) insurances = g_ptr_array_new ();
  const QualificationDisease disease = {
    .category = "1", .name = "d", .from = "f", .until = "u", .self_pay = "10000", .date = "dd", .others = of_disease
  };
  QualificationCeiling ceiling = { .classification = "01",
                                   .classification_date = "cd",
                                   .class_name = "ア",
                                   .from = "f",
                                   .until = "u",
                                   .long_term_from = "l",
                                   .class_code = "A01",
                                   .others = of_ceiling };
  QualificationElderly elderly = { .from = "s", .until = "t", .date = "u", .ratio = 20, .others = of_elderly };
  QualificationInsurance insurance = every_text;
  char advice[] = "A";
  Qualification qualification = {
    .code = "C", .message = "M", .changed = TRUE, .changed_sent = TRUE, .insurances = insurances, .others = of_answer
  };
  Eligibility eligibility
      = { .answer = ELIGIBILITY_NOT_ELIGIBLE,
          .reason = "R",
          .advice = advice,
          .as_of = 5000000000,
          .source = "center",
          .validity = "invalid",
          .remarks = REMARKS_OF (REMARK_DATE_OPEN) | REMARKS_OF (REMARK_UNREGISTERED_WITH_ORDINARY_INSURANCE),
          .qualification = &qualification };

  insurance.elderly = &elderly;
  insurance.ceiling = &ceiling;
  insurance.diseases = diseases;
  insurance.tickets = tickets;
  insurance.others = of_insurance;
  g_array_append_val (diseases, disease);
  message_add (ticket, "TicketType", "1");
  message_add (ticket, "Remarks1", "　");
  message_add (message_add (ticket, "Nested", NULL), "SelfPayAmount", "0");
  g_ptr_array_add (tickets, ticket);
  g_ptr_array_add (insurances, &insurance);
  assert_written (
      fixture, &eligibility,
      "{Answer:not-eligible Reason:R Advice:A Source:center Validity:invalid Code:C Message:M AsOf:5000000000 "
      "Changed:1 Remarks:[date-open unregistered-with-ordinary-insurance] Other:{OfAnswer:x} "
      "Insurances:[{Address:l BeneficiaryNumber:2 Birthdate:k DisqualificationDate:q Branch:f Classification:a "
      "ValidUntil:o Symbol:d ValidFrom:n IssuedOn:z Number:e InsuredName:w InsurerName:c InsurerNumber:b Name:h "
      "NameKana:i NameOfOther:x NameOfOtherKana:y PostNumber:m PublicExpenseNumber:1 "
      "QualificationDate:p LossReason:r ReferenceNumber:v WelfareOfficeName:3 Relationship:self Sex:female "
      "PrescriptionForm:paper BurdenRatio:30 Preschool:1 "
      "Elderly:{Date:u Until:t From:s BurdenRatio:20 Other:{OfElderly:x}} "
      "Ceiling:{Classification:01 Class:A01 Date:cd LongTermFrom:l Until:u From:f ClassName:ア Other:{OfCeiling:x}} "
      "SpecificDiseases:[{Date:dd Category:1 SelfPay:10000 Until:u From:f Name:d Other:{OfDisease:x}}] "
      "PublicExpenses:[{TicketType:1 Nested:{SelfPayAmount:0}}] Other:{OfInsurance:x}}]}");
}

/* Several of one name are one entry. */
static void
test_repeated (BusFixture *fixture, gconstpointer data)
{
  g_autoptr (Message) root = message_new ("root");
  g_autoptr (GPtrArray) others = g_ptr_array_new (), insurances = g_ptr_array_new ();
  Message *list = message_add (root, "List", NULL), *mixed = message_add (root, "Mixed", NULL);
  Qualification qualification = { .insurances = insurances, .others = others };
  Eligibility eligibility = { .qualification = &qualification };

  message_add (list, "Item", "1");
  message_add (list, "Else", "2");
  message_add (list, "Item", "3");
  message_add (message_add (mixed, "Item", NULL), "Part", "4");
  message_add (mixed, "Item", "5");
  for (const Message *child = message_get_first_child (root); child != NULL; child = message_get_next (child))
    g_ptr_array_add (others, (gpointer)child);
  g_ptr_array_add (others, message_add (root, "Twice", "6"));
  g_ptr_array_add (others, message_add (root, "Once", "7"));
  g_ptr_array_add (others, message_add (root, "Twice", "8"));
  assert_written (fixture, &eligibility,
                  "{Answer:unknown Other:{List:{Item:[1 3] Else:2} Mixed:{Item:[{Part:4} {Item:5}]} Twice:[6 8] "
                  "Once:7} Insurances:[]}");
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
  g_assert_cmpint (bus_consents_append (fixture->message, consents, NULL), >=, 0);
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
  ADD ("unmapped", test_unmapped);
  ADD ("repeated", test_repeated);
  ADD ("consents", test_consents);
  return g_test_run ();
}
