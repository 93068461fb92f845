/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-options: what people type of an insured person, as it is sent; and what is refused. */
#include "visit/visit-options.h"

#include "base/error.h"
#include "codec/japanese-text.h"

static const TransportNumberQuery right
    = { .insurer_number = "990019", .symbol = "架空０１", .number = "１２３", .branch = "01", .birthdate = "19850412" };

static VisitOptions *
judge (const TransportNumberQuery *insured, GError **error)
{
  return visit_options_new (&(VisitOptions){ .path = "/v/1", .owner = ":1.1", .insured = insured }, error);
}

/* Spaces, digits in full width, a branch of one digit, strokes in a date: that is how people type. */
static void
test_typed (void)
{
  static const TransportNumberQuery typed[] = {
    { "990019", "架空０１", "１２３", "01", "19850412", "20250401" },
    { "９９００１９", "架空０１", "１２３", "０１", "１９８５０４１２", "２０２５０４０１" },
    { " 990019 ", "　架空０１　", "\t１２３ ", " 1", "19850412 ", "　20250401" },
    { "990019", "架空０１", "１２３", "１", "19850412", "20250401" },
    { "99 0019", "架空 01", "1 2 3", "1", "1985-04-12", "2025/04/01" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (VisitOptions) options = judge (&typed[i], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (options->insured->insurer_number, ==, "990019");
      g_assert_cmpstr (options->insured->symbol, ==, "架空01");
      g_assert_cmpstr (options->insured->number, ==, "123");
      g_assert_cmpstr (options->insured->branch, ==, "01");
      g_assert_cmpstr (options->insured->birthdate, ==, "19850412");
      g_assert_cmpstr (options->insured->date, ==, "20250401");
    }
}

static void
test_empty_is_none (void)
{
  TransportNumberQuery insured = right;
  g_autoptr (GError) error = NULL;
  g_autoptr (VisitOptions) options = NULL;

  insured.symbol = insured.branch = insured.date = " 　";
  options = judge (&insured, &error);
  g_assert_no_error (error);
  g_assert_null (options->insured->symbol);
  g_assert_null (options->insured->branch);
  g_assert_null (options->insured->date);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *name;
    gsize offset;
    const char *value;
  } rows[] = {
#define ROW(name, member, value) { name, G_STRUCT_OFFSET (TransportNumberQuery, member), value }
    ROW ("InsurerNumber", insurer_number, " "),
    ROW ("InsurerNumber", insurer_number, "9900\n19"),
    ROW ("InsurerNumber", insurer_number, "990019\n"),
    ROW ("InsurerNumber", insurer_number, "99_0019"),
    ROW ("InsurerNumber", insurer_number, "123456789"),
    ROW ("Symbol", symbol, "架空\n０１"),
    ROW ("Symbol", symbol, "架空０１\n"),
    ROW ("Symbol", symbol, "\r架空０１"),
    ROW ("Symbol", symbol, "架空\t０１"),
    ROW ("Symbol", symbol, "架空\x7f"),
    ROW ("Symbol", symbol, "架空\xc2\x85"),         /* next line */
    ROW ("Symbol", symbol, "架空\xe2\x80\xa8０１"), /* line separator */
    ROW ("Symbol", symbol, "架空\xe2\x80\x8b０１"), /* zero width */
    ROW ("Symbol", symbol, "\xe2\x80\xae架空"),     /* from right to left */
    ROW ("Symbol", symbol, "123456789012345678901"),
    ROW ("Number", number, "12\n3"),
    ROW ("Number", number, "　"),
    ROW ("Branch", branch, "123"),
    ROW ("Branch", branch, "x"),
    ROW ("Branch", branch, "1\n"),
    ROW ("Birthdate", birthdate, " "),
    ROW ("Birthdate", birthdate, "18000101"),
    ROW ("Birthdate", birthdate, "18901231"),
    ROW ("Birthdate", birthdate, "20990101"),
    ROW ("Birthdate", birthdate, "99991231"),
    ROW ("Birthdate", birthdate, "19850230"),
    ROW ("Birthdate", birthdate, "19850412\n"),
    ROW ("Date", date, "19850411"), /* before the birth */
    ROW ("Date", date, "18000101"),
    ROW ("Date", date, "20991231"),
    ROW ("Date", date, "2025"),
#undef ROW
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TransportNumberQuery insured = right;
      g_autoptr (GError) error = NULL;

      G_STRUCT_MEMBER (const char *, &insured, rows[i].offset) = rows[i].value;
      g_assert_null (judge (&insured, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      g_assert_true (g_str_has_prefix (error->message, rows[i].name));
    }
}

/* The child of today is a patient; the one of tomorrow is a slip. */
static void
test_newborn (void)
{
  static const struct
  {
    gint days;
    gboolean is_taken;
  } rows[] = { { -1, TRUE }, { 0, TRUE }, { 2, FALSE }, { -100 * 366, TRUE }, { -131 * 366, FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *day = japanese_text_format_date (g_get_real_time () + rows[i].days * G_TIME_SPAN_DAY);
      TransportNumberQuery insured = right;
      g_autoptr (VisitOptions) options = NULL;

      insured.birthdate = day;
      options = judge (&insured, NULL);
      g_assert_cmpint (options != NULL, ==, rows[i].is_taken);
    }
}

static void
test_language (void)
{
  static const char *const rows[][2] = { { "ja-JP", "ja" }, { "JA", "ja" }, { "Ja", "ja" }, { "ja_JP.UTF-8", "ja" },
                                         { "en-US", "en" }, { "fr", "fr" }, { NULL, "ja" }, { "", "ja" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (VisitOptions) options
          = visit_options_new (&(VisitOptions){ .path = "/v/1", .owner = ":1.1", .language = rows[i][0] }, NULL);

      g_assert_cmpstr (options->language, ==, rows[i][1]);
    }
}

/* What a caller asserts of itself can be that, or names its option; who takes the visit is another one. */
static void
test_actor (void)
{
  static const struct
  {
    Actor actor;
    const char *refused; /* NULL: it is taken */
  } rows[] = {
    { { .staff = "n-17", .role = "nurse", .reason = "電話での問い合わせ" }, NULL },
    { { .staff = "" }, "Staff" },
    { { .staff = "a\nb" }, "Staff" },
    { { .staff = "　" }, "Staff" },
    { { .staff = "12345678901234567890123456789012345678901234567890123456789012345" }, "Staff" },
    { { .staff = "\xff" }, "Staff" },
    { { .role = "king" }, "Role" },
    { { .role = "" }, "Role" },
    { { .reason = "" }, "Reason" },
    { { .reason = "a\xe2\x80\xa8z" }, "Reason" },
  };
  const Actor other = { .uid = 7, .staff = "d-1", .sender = ":1.2" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (VisitOptions) options
          = visit_options_new (&(VisitOptions){ .path = "/v/1", .owner = ":1.1", .actor = &rows[i].actor }, &error);

      g_assert_cmpint (options != NULL, ==, rows[i].refused == NULL);
      if (options == NULL)
        {
          g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
          g_assert_true (g_str_has_prefix (error->message, rows[i].refused));
          continue;
        }
      g_assert_cmpstr (options->actor->staff, ==, rows[i].actor.staff);
      g_assert_true (options->actor->staff != rows[i].actor.staff); /* it is the visit's own */
      visit_options_set_owner (options,
                               &(VisitOptions){ .path = "/v/2", .owner = ":1.2", .caller = "o", .actor = &other });
      g_assert_cmpstr (options->actor->staff, ==, "d-1");
      g_assert_null (options->actor->role);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit-options/typed", test_typed);
  g_test_add_func ("/visit-options/empty-is-none", test_empty_is_none);
  g_test_add_func ("/visit-options/refused", test_refused);
  g_test_add_func ("/visit-options/language", test_language);
  g_test_add_func ("/visit-options/newborn", test_newborn);
  g_test_add_func ("/visit-options/actor", test_actor);
  return g_test_run ();
}
