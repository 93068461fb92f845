/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-question: see the header. Everything that the center repeats is compared, each time that it stands there: an
 * answer that belongs to another question belongs to another patient.
 */
#include "center/field-question.h"

#include <string.h>

#include "center/field-consents.h"
#include "center/field-value.h"
#include "codec/japanese-text.h"

#define BY_NUMBER "2" /* ReferenceClassification */
#define VALID "1"     /* QualificationValidity */
#define SEARCH_PART "QualificationConfirmSearchInfo"
#define INSURER_NUMBER "InsurerNumber"
#define NUMBER "InsuredIdentificationNumber"
#define BIRTHDATE "Birthdate"

static const char *const header_names[] = { "ArbitraryFileIdentifier", "MedicalInstitutionCode",
                                            "QualificationConfirmationDate", "ReferenceClassification" };
static const char *const search_names[]
    = { INSURER_NUMBER, "InsuredCardSymbol", NUMBER, "InsuredBranchNumber", BIRTHDATE };

static const char *
get_text (const Message *node, const char *name)
{
  const char *text = message_find_text (node, name);

  return text != NULL ? text : "";
}

/* is_in_header: whether each @name in @header is @expected; one that is empty counts as absent. */
static gboolean
is_in_header (const Message *header, const char *name, const char *expected)
{
  for (const Message *node = message_find (header, name); node != NULL; node = message_find_next (node))
    if (*message_get_text (node) != '\0' && strcmp (message_get_text (node), expected) != 0)
      return FALSE;
  return TRUE;
}

static const char *
find_in_header (const Message *asked, gboolean is_by_number, const Message *answered)
{
  for (gsize i = 0; i < G_N_ELEMENTS (header_names); i++)
    {
      const char *expected = message_find_text (asked, header_names[i]);

      if (expected == NULL && is_by_number && strcmp (header_names[i], "ReferenceClassification") == 0)
        expected = BY_NUMBER; /* which the field's query by number does not say itself */
      if (expected != NULL && !is_in_header (answered, header_names[i], expected))
        return header_names[i];
    }
  return NULL;
}

/* find_in_echo: @asked: the query; @echoed: what the center repeats of it. */
static const char *
find_in_echo (const Message *asked, const Message *echoed)
{
  for (gsize i = 0; i < G_N_ELEMENTS (search_names); i++)
    for (const Message *node = message_find (echoed, search_names[i]); node != NULL; node = message_find_next (node))
      if (*message_get_text (node) != '\0'
          && !field_value_is_same_number (message_get_text (node), get_text (asked, search_names[i])))
        return search_names[i];
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    {
      const char *name = field_consents_get_flag_name (kind);
      const char *flag = message_find_text (echoed, name);

      if (consent_kind_is_inside_query (kind) && flag != NULL
          && g_str_equal (flag, "1") != g_str_equal (get_text (asked, name), "1"))
        return name;
    }
  return NULL;
}

/* is_of_asked: whether @entry is of the insurance that was asked for, as far as it says. */
static gboolean
is_of_asked (const Message *asked, const Message *entry)
{
  const char *insurer_number = message_find_text (entry, INSURER_NUMBER);
  const char *number = message_find_text (entry, NUMBER);

  return (insurer_number == NULL || field_value_is_same_number (insurer_number, get_text (asked, INSURER_NUMBER)))
         && (number == NULL || field_value_is_same_number (number, get_text (asked, NUMBER)));
}

/*
 * find_in_results: whoever was asked for was born on that day; and of the insurances of a person that is insured, one
 * is that of the query. Others may stand beside it: medical aid, or the one before.
 */
static const char *
find_in_results (const Message *asked, const Message *body)
{
  const Message *first = message_find (message_find (body, "ResultList"), "ResultOfQualificationConfirmation");
  gboolean is_found = first == NULL || strcmp (get_text (body, "QualificationValidity"), VALID) != 0;

  for (const Message *entry = first; entry != NULL; entry = message_find_next (entry))
    {
      const char *birthdate = message_find_text (entry, BIRTHDATE);

      if (birthdate != NULL && !field_value_is_same_number (birthdate, get_text (asked, BIRTHDATE)))
        return BIRTHDATE;
      is_found = is_found || is_of_asked (asked, entry);
    }
  return is_found ? NULL : NUMBER;
}

const char *
field_question_find_mismatch (const Message *request, const Message *answer)
{
  const Message *asked = message_find (message_find (request, "MessageBody"), SEARCH_PART);
  const Message *body = message_find (answer, "MessageBody");
  const char *found = NULL;

  for (const Message *header = message_find (answer, "MessageHeader"); header != NULL && found == NULL;
       header = message_find_next (header))
    found = find_in_header (message_find (request, "MessageHeader"), asked != NULL, header);
  if (asked == NULL)
    return found;
  for (const Message *echoed = message_find (body, SEARCH_PART); echoed != NULL && found == NULL;
       echoed = message_find_next (echoed))
    found = find_in_echo (asked, echoed);
  return found != NULL ? found : find_in_results (asked, body);
}

const char *
field_question_find_silence (const Message *answer)
{
  static const char *const names[] = { "MedicalInstitutionCode", "ArbitraryFileIdentifier" };
  const Message *header = message_find (answer, "MessageHeader");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (*get_text (header, names[i]) == '\0')
      return names[i];
  return NULL;
}

const char *
field_question_get_day (const Message *request)
{
  return message_find_text (message_find (request, "MessageHeader"), "QualificationConfirmationDate");
}

gboolean
field_question_has_agreed (const Message *request, ConsentKind kind)
{
  const Message *body = message_find (request, "MessageBody"); /* its one part is the query */
  const Message *part = body != NULL ? message_get_first_child (body) : NULL;

  return strcmp (get_text (part, field_consents_get_flag_name (kind)), "1") == 0;
}
