/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-part: see the header. */
#include "client/orca/orca-part.h"

#include <string.h>

/* A name of ORCA's, and what is kept under which of ours. */
typedef struct
{
  const char *theirs, *ours;
} Name;

static const Name check_names[] = {
  { "InsurerNumber", "InsurerNumber" },
  { "InsuredCardSymbol", "Symbol" },
  { "InsuredIdentificationNumber", "Number" },
  { "InsuredBranchNumber", "Branch" },
  { "Birthdate", "Birthdate" },
  { "ReferenceNumber", "ReferenceNumber" },
  { "MedicalTreatmentFlag", "Treatment" },
  { "ArbitraryIdentifier", "ArbitraryIdentifier" },
  { NULL, NULL },
};
static const Name record_names[] = {
  { "InsurerNumber", "InsurerNumber" },
  { "InsuranceCardSymbol", "Symbol" },
  { "InsuredPersonIdentificationNumber", "Number" },
  { "BranchNumber", "Branch" },
  { NULL, NULL },
};
static const Name months_names[] = {
  { "StartDate", "From" },
  { "EndDate", "To" },
  { "FileCategory", "FileCategory" },
  { "MedicalTreatmentFlag", "Treatment" },
  { NULL, NULL },
};
static const Name header_names[] = {
  { "MedicalInstitutionCode", "Institution" },
  { "ArbitraryFileIdentifier", "Identifier" },
  { "QualificationConfirmationDate", "Date" },
  { NULL, NULL },
};

static const char *const words[] = {
  [ORCA_PART_CHECK] = "check",
  [ORCA_PART_REFERENCE] = "reference",
  [ORCA_PART_DRUG] = "drug",
  [ORCA_PART_CHECKUP] = "checkup",
  [ORCA_PART_WITHDRAWAL] = "withdrawal",
  [ORCA_PART_NUMBERS] = "numbers",
  [ORCA_PART_PIECE] = "piece",
  [ORCA_PART_UNITS] = "units",
  [ORCA_PART_CARE] = "care",
  [ORCA_PART_CARE_RECEPTION] = "care-reception",
  [ORCA_PART_CARE_LIST] = "care-list",
  [ORCA_PART_CARE_PEOPLE] = "care-people",
};

const char *
orca_part_get_word (OrcaPartKind kind)
{
  return words[kind];
}

OrcaPartKind
orca_part_find (const char *word)
{
  int kind = 0;

  while (kind < ORCA_N_PARTS && strcmp (words[kind], word) != 0)
    kind++;
  return (OrcaPartKind)kind;
}

OrcaPart *
orca_part_new (OrcaPartKind kind, JsonObject *record)
{
  OrcaPart *part = g_new (OrcaPart, 1);

  *part = (OrcaPart){ kind, record };
  return part;
}

void
orca_part_free (OrcaPart *part)
{
  json_object_unref (part->record);
  g_free (part);
}

static GPtrArray *
make_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)orca_part_free);
}

static void
take_names (JsonObject *to, JsonObject *from, const Name *names)
{
  for (const Name *name = names; name->theirs != NULL; name++)
    orca_json_set_text (to, name->ours, orca_json_get_text (from, name->theirs));
}

/* Bulk answers write dates with hyphens; the field knows none. */
static void
strip_hyphens (JsonObject *record, const char *name)
{
  g_auto (GStrv) pieces = g_strsplit (orca_json_get_text (record, name), "-", -1);
  g_autofree char *date = g_strjoinv (NULL, pieces);

  orca_json_set_text (record, name, date);
}

/* A part with a header and one record of search information in its body, if it names an insured person. */
static void
add_search (GPtrArray *parts, OrcaPartKind kind, JsonObject *header, const char *body_name)
{
  JsonObject *search = orca_json_get_record (orca_json_get_record (header, "MessageBody"), body_name);
  JsonObject *record;

  if (*orca_json_get_text (search, "InsurerNumber") == '\0')
    return;
  record = json_object_new ();
  take_names (record, header, header_names);
  take_names (record, search, check_names);
  strip_hyphens (record, "Birthdate");
  g_ptr_array_add (parts, orca_part_new (kind, record));
}

static void
add_records (GPtrArray *parts, OrcaPartKind kind, JsonObject *answer, const char *name)
{
  g_autoptr (GPtrArray) headers = orca_json_get_records (answer, name);

  for (guint i = 0; i < headers->len; i++)
    {
      JsonObject *header = headers->pdata[i], *record;

      if (*orca_json_get_text (header, "InsurerNumber") == '\0')
        continue;
      record = json_object_new ();
      take_names (record, header, header_names);
      take_names (record, header, record_names);
      take_names (record, orca_json_get_record (header, "MessageBody"), months_names);
      g_ptr_array_add (parts, orca_part_new (kind, record));
    }
}

GPtrArray *
orca_part_list (JsonObject *answer)
{
  GPtrArray *parts = make_list ();

  add_search (parts, ORCA_PART_CHECK, orca_json_get_record (answer, "MessageHeader_Qua"),
              "QualificationConfirmSearchInfo");
  add_search (parts, ORCA_PART_REFERENCE, orca_json_get_record (answer, "MessageHeader_Ref"),
              "ReferenceNumberRegistrationInfo");
  add_records (parts, ORCA_PART_DRUG, answer, "MessageHeader_Drg");
  add_records (parts, ORCA_PART_CHECKUP, answer, "MessageHeader_Spec");
  add_search (parts, ORCA_PART_WITHDRAWAL, orca_json_get_record (answer, "MessageHeader_Cancel"), "ConsentCancelInfo");
  return parts;
}

GPtrArray *
orca_part_list_references (JsonObject *answer)
{
  GPtrArray *parts = make_list ();
  JsonObject *header = orca_json_get_record (answer, "MessageHeader");
  JsonObject *body = orca_json_get_record (answer, "MessageBody");
  g_autoptr (GPtrArray) infos = orca_json_get_records (body != NULL ? body : answer, "ReferenceNumberRegistrationInfo");

  for (guint i = 0; i < infos->len; i++)
    {
      JsonObject *record = json_object_new ();

      take_names (record, header, header_names);
      take_names (record, infos->pdata[i], check_names);
      g_ptr_array_add (parts, orca_part_new (ORCA_PART_NUMBERS, record));
    }
  return parts;
}

OrcaPart *
orca_part_make_piece (JsonObject *answer)
{
  g_autoptr (GPtrArray) searches
      = orca_json_get_records (orca_json_get_record (answer, "MessageBody"), "QualificationConfirmSearchInfo");
  JsonArray *units = json_array_new ();
  JsonObject *record = json_object_new ();

  take_names (record, orca_json_get_record (answer, "MessageHeader"), header_names);
  strip_hyphens (record, "Date");
  for (guint i = 0; i < searches->len; i++)
    {
      JsonObject *unit = json_object_new ();

      take_names (unit, searches->pdata[i], check_names);
      strip_hyphens (unit, "Birthdate");
      orca_json_set_text (unit, "Date", orca_json_get_text (record, "Date"));
      json_array_add_object_element (units, unit);
    }
  json_object_set_array_member (record, "Units", units);
  if (searches->len > 0)
    return orca_part_new (ORCA_PART_PIECE, record);
  json_object_unref (record);
  return NULL;
}

GPtrArray *
orca_part_split_piece (JsonObject *piece, const char *reception_number, guint maximum)
{
  GPtrArray *parts = make_list ();
  g_autoptr (GPtrArray) units = orca_json_get_records (piece, "Units");
  JsonArray *array = NULL;

  for (guint i = 0; i < units->len; i++)
    {
      if (i % maximum == 0)
        {
          JsonObject *record = json_object_new ();

          array = json_array_new ();
          for (const Name *name = header_names; name->ours != NULL; name++)
            orca_json_set_text (record, name->ours, orca_json_get_text (piece, name->ours));
          orca_json_set_text (record, "ReceptionNumber", reception_number);
          json_object_set_array_member (record, "Units", array);
          g_ptr_array_add (parts, orca_part_new (ORCA_PART_UNITS, record));
        }
      json_array_add_object_element (array, json_object_ref (units->pdata[i]));
    }
  return parts;
}

gboolean
orca_part_has_succeeded (JsonObject *answer)
{
  return strspn (orca_json_get_text (answer, "Api_Result"), "0 ") == strlen (orca_json_get_text (answer, "Api_Result"));
}
