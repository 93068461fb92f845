/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * words: in comes a word of the contract, out goes what a person calls it. Tables only.
 *
 * The switch over the kinds of consent has no default on purpose: a kind of the contract does not compile until it has
 * a name for people.
 */
#include "words.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "client/code-words.h"
#include "daemon/base/names.h"

typedef struct
{
  const char *word;
  const char *text; /* msgid */
} Word;

static const char *
look_up (const Word *words, guint n_words, const char *word)
{
  for (guint i = 0; i < n_words; i++)
    if (g_strcmp0 (words[i].word, word) == 0)
      return _ (words[i].text);
  return word;
}
#define LOOK_UP(words, word) look_up (words, G_N_ELEMENTS (words), word)

const char *
words_state (const char *state)
{
  static const Word states[] = {
    { "waiting-for-card", N_ ("Please put the card on the reader.") },
    { "reading-card", N_ ("Reading the card…") },
    { "asking-pin", N_ ("Waiting for the patient's PIN…") },
    { "proving", N_ ("The card proves itself. Please leave it on the reader…") },
    { "asking-consent", N_ ("Waiting for the patient's consent…") },
    { "checking", N_ ("Asking the center…") },
  };
  return LOOK_UP (states, state);
}

const char *
words_ender (const char *who)
{
  static const Word enders[] = {
    { "caller", N_ ("the program that began it") },
    { "patient", N_ ("the patient") },
    { "agent", N_ ("the patient terminal, which went away") },
    { "manager", N_ ("an administrator, who freed the reader") },
    { "daemon", N_ ("the daemon") },
  };
  return LOOK_UP (enders, who);
}

typedef enum
{
#define CONSENT_MEMBER(suffix, kind) CONSENT_##suffix,
  SHIKAKU_CONSENT_KINDS (CONSENT_MEMBER)
#undef CONSENT_MEMBER
      N_CONSENTS
} Consent;

static const char *const consent_kinds[] = {
#define CONSENT_KIND(suffix, kind) kind,
  SHIKAKU_CONSENT_KINDS (CONSENT_KIND)
#undef CONSENT_KIND
};

static const char *
name_consent (Consent consent)
{
  switch (consent)
    {
    case CONSENT_CEILING:
      return _ ("payment ceiling");
    case CONSENT_SPECIFIC_DISEASE:
      return _ ("specific disease");
    case CONSENT_CHECKUP:
      return _ ("health check-ups");
    case CONSENT_DRUG:
      return _ ("medicines");
    case CONSENT_DIAGNOSIS:
      return _ ("treatments");
    case CONSENT_OPERATION:
      return _ ("operations");
    case CONSENT_DISEASE_NAME:
      return _ ("names of illnesses");
    case CONSENT_INFECTION:
      return _ ("infections");
    case CONSENT_ALLERGY:
      return _ ("allergies");
    case CONSENT_CONTRAINDICATION:
      return _ ("allergies to medicines");
    case CONSENT_TEST:
      return _ ("test results");
    case CONSENT_PRESCRIPTION:
      return _ ("prescriptions");
    case N_CONSENTS:
      break;
    }
  return NULL;
}

const char *
words_consent (const char *kind)
{
  for (guint i = 0; i < N_CONSENTS; i++)
    if (g_strcmp0 (consent_kinds[i], kind) == 0)
      return name_consent (i);
  if (g_strcmp0 (kind, "registration") == 0)
    return _ ("use as insurance card");
  return kind;
}

const char *
words_outcome (const char *outcome)
{
  static const Word outcomes[] = {
    { "data", N_ ("there are records") },
    { "none", N_ ("there are no records") },
    { "refused", N_ ("the center refused") },
    { "consent-ended", N_ ("the patient’s consent has ended") },
    { "not-yet", N_ ("not at the center yet") },
    { "too-old", N_ ("older than what the center keeps") },
    { "not-covered", N_ ("this insurance has no such records") },
    { "not-configured", N_ ("this institution is not set up for electronic prescriptions") },
    { "failed", N_ ("could not be fetched") },
    { "lapsed", N_ ("it had ended by itself") },
    { "renewed", N_ ("agreed to again since") },
    { "nothing", N_ ("nothing stood at the center any more") },
  };
  return LOOK_UP (outcomes, outcome);
}

const char *
words_source (const char *source)
{
  static const Word sources[] = {
    { "receipt", N_ ("receipt") },
    { "prescription", N_ ("prescription (electronic)") },
    { "dispensing", N_ ("dispensing (electronic)") },
  };
  return LOOK_UP (sources, source);
}

const char *
words_answer (const char *answer)
{
  static const Word answers[] = {
    { "eligible", N_ ("ELIGIBLE") },
    { "not-eligible", N_ ("NOT ELIGIBLE") },
    { "unknown", N_ ("UNKNOWN") },
  };
  return LOOK_UP (answers, answer);
}

const char *
words_center (const char *state)
{
  static const Word states[] = {
    { "online", N_ ("online") },
    { "degraded", N_ ("online, with trouble") },
    { "offline", N_ ("offline") },
    { "unknown", N_ ("not asked yet") },
  };
  return LOOK_UP (states, state);
}

const char *
words_center_cause (const char *cause)
{
  static const Word causes[] = {
    { "settings-missing", N_ ("not set up yet") },
    { "account-refused", N_ ("it does not accept the account") },
    { "certificate-refused", N_ ("it does not accept the certificate") },
    { "certificate-expired", N_ ("the certificate has expired") },
    { "clock-wrong", N_ ("the clock is wrong") },
    { "cable-out", N_ ("the network cable is out") },
    { "prefix-changed", N_ ("the line has got another address") },
    { "institution-refused", N_ ("it does not let the institution in") },
    { "terminal-off", N_ ("the official terminal is off") },
    { "share-missing", N_ ("the official terminal’s folders are not there") },
    { "link-program-dead", N_ ("the official terminal’s link program does not work") },
    { "terminal-silent", N_ ("the official terminal does not answer") },
  };
  return LOOK_UP (causes, cause);
}

const char *
words_link (const char *link)
{
  static const Word links[] = {
    { "daemon", N_ ("daemon") },
    { "agent", N_ ("patient terminal") },
    { "pcscd", N_ ("card service") },
    { "reader", N_ ("reader") },
    { "card", N_ ("card") },
    { "settings", N_ ("settings") },
    { "credential", N_ ("credential") },
    { "account", N_ ("account") },
    { "clock", N_ ("clock") },
    { "line", N_ ("line") },
    { "name", N_ ("name of the center") },
    { "tls", N_ ("secure connection") },
    { "center", N_ ("center") },
    { "store", N_ ("store") },
    { "terminal", N_ ("official terminal") },
  };
  return LOOK_UP (links, link);
}

const char *
words_link_state (const char *state)
{
  static const Word states[] = {
    { "ok", N_ ("ok") },
    { "degraded", N_ ("degraded") },
    { "failed", N_ ("FAILED") },
    { "unknown", N_ ("not examined") },
  };
  return LOOK_UP (states, state);
}

const char *
words_settings (const char *state)
{
  static const Word states[] = {
    { "waiting", N_ ("wait until the center can be asked; those before stay in use") },
    { "refused", N_ ("REFUSED; those before stay in use until a restart") },
  };
  return LOOK_UP (states, state);
}

const char *
words_validity (const char *validity)
{
  static const Word validities[] = {
    { "valid", N_ ("valid") },
    { "invalid", N_ ("not valid") },
    { "invalid-new", N_ ("not valid; a newer insurance exists") },
    { "none", N_ ("no such insurance") },
    { "several", N_ ("several matches") },
    { "valid-unregistered", N_ ("valid, but not registered here") },
  };
  return LOOK_UP (validities, validity);
}

/* Of an answer: how the values of a key read. The codes of the field are not among them (code-words). */
static const struct
{
  const char *key;
  Word word;
} values[] = {
  { "NameComparison", { "same", N_ ("the same") } },
  { "NameComparison", { "variant", N_ ("the same, written otherwise") } },
  { "NameComparison", { "unknown", N_ ("not known: ●, or nothing to compare") } },
  { "NameComparison", { "differs", N_ ("ANOTHER ONE: whose numbers are these?") } },
  { "NameKanaComparison", { "same", N_ ("the same") } },
  { "NameKanaComparison", { "variant", N_ ("the same, written otherwise") } },
  { "NameKanaComparison", { "unknown", N_ ("not known: ●, or nothing to compare") } },
  { "NameKanaComparison", { "differs", N_ ("ANOTHER ONE: whose numbers are these?") } },
  { "Evidence", { "card", N_ ("the card, proved here") } },
  { "Evidence", { "terminal", N_ ("a file from the terminal") } },
  { "Evidence", { "number", N_ ("numbers as typed, no proof of the person") } },
  { "Evidence", { "visual", N_ ("what staff saw") } },
  { "Evidence", { "oral", N_ ("what staff heard") } },
  { "Sex", { "male", N_ ("male") } },
  { "Sex", { "female", N_ ("female") } },
  { "Sex", { "unknown", N_ ("not stated") } },
  { "Relationship", { "self", N_ ("the insured person") } },
  { "Relationship", { "family", N_ ("family member") } },
  { "PrescriptionForm", { "electronic", N_ ("electronic") } },
  { "PrescriptionForm", { "paper", N_ ("paper") } },
  { "Source", { "center", N_ ("center") } },
  { "Remarks", { "classification-blank", N_ ("the kind of insurance is missing") } },
  { "Remarks", { "cut-short", N_ ("too much was sent; the rest is left out") } },
  { "Remarks", { "date-invalid", N_ ("a date that does not exist") } },
  { "Remarks", { "date-open", N_ ("a date left open") } },
  { "Remarks", { "element-twice", N_ ("an element twice") } },
  { "Remarks", { "not-in-force", N_ ("a certificate that is not in force on this day") } },
  { "Remarks", { "ratio-unclear", N_ ("a burden ratio that is not clear") } },
  { "Remarks", { "segment-ok-with-error-code", N_ ("an error code beside an answer") } },
  { "Remarks", { "sex-differs", N_ ("two different sexes") } },
  { "Remarks", { "status-error-with-answer", N_ ("an answer that is marked as an error") } },
  { "Remarks", { "status-ok-with-error-code", N_ ("the code of an error with a success") } },
  { "Remarks", { "too-many-specific-diseases", N_ ("more than three specific diseases") } },
  { "Remarks", { "unknown-code", N_ ("a code that is not known") } },
  { "Remarks", { "begins-after-day", N_ ("valid, but begins after this day") } },
  { "Remarks", { "birthdate-after-day", N_ ("born after this day") } },
  { "Remarks", { "birthdates-differ", N_ ("insurances of different dates of birth") } },
  { "Remarks", { "ended-before-day", N_ ("valid, but ended before this day") } },
  { "Remarks", { "none-with-insurance", N_ ("no such insurance, yet one is shown") } },
  { "Remarks", { "several-with-insurance", N_ ("several matches, yet insurances are shown") } },
  { "Remarks", { "time-in-future", N_ ("a time in the future") } },
  { "Remarks",
    { "objection",
      N_ ("the patient does not agree with an entry of the ledger: see “shikakuctl check --disclosures”") } },
  { "Remarks", { "unregistered-with-ordinary-insurance", N_ ("a ticket is missing, but this is no medical aid") } },
};

const char *
words_value (const char *key, const char *value)
{
  const char *text;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (g_str_equal (values[i].key, key) && g_str_equal (values[i].word.word, value))
      return _ (values[i].word.text);
  text = code_words_find (key, value);
  return text != NULL ? text : value;
}

const char *
words_language (void)
{
  /* TRANSLATORS: the language of your translation, as a code: ja, zh_CN, ko … */
  return C_ ("language code", "en");
}

char *
words_date (const char *date)
{
  int year, month, day;
  g_autoptr (GDateTime) time = NULL;

  if (strlen (date) != 8 || sscanf (date, "%4d%2d%2d", &year, &month, &day) != 3
      || (time = g_date_time_new_local (year, month, day, 0, 0, 0)) == NULL)
    return g_strdup (date);
  return g_date_time_format (time, _ ("%Y-%m-%d"));
}

char *
words_month (const char *month)
{
  int year, number;
  g_autoptr (GDateTime) time = NULL;

  if (strlen (month) != 6 || sscanf (month, "%4d%2d", &year, &number) != 2
      || (time = g_date_time_new_local (year, number, 1, 0, 0, 0)) == NULL)
    return g_strdup (month);
  return g_date_time_format (time, _ ("%Y-%m"));
}

char *
words_time (guint64 time_usec)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local ((gint64)(time_usec / G_USEC_PER_SEC));

  return local != NULL ? g_date_time_format (local, _ ("%Y-%m-%d %H:%M")) : g_strdup ("");
}

int
words_count_days (guint64 time_usec)
{
  gint64 left_usec = (gint64)time_usec - g_get_real_time ();

  return left_usec > 0 ? (int)MIN ((left_usec - 1) / G_TIME_SPAN_DAY + 1, G_MAXINT) : 0;
}

static const char *
look_up_end (const char *what)
{
  static const Word ends[] = {
    { "center-ca", N_ ("authority of the center") },
    { "institution-certificate", N_ ("certificate of the institution") },
    { "institution-ca", N_ ("authority of the institution's certificate") },
    { "card-ca", N_ ("authority of the cards") },
  };
  return LOOK_UP (ends, what);
}

char *
words_end (const char *what, guint64 expires_usec, int days)
{
  g_autofree char *date = words_time (expires_usec);

  if (days == 0)
    return g_strdup_printf (_ ("%s: EXPIRED %s"), look_up_end (what), date);
  return g_strdup_printf (ngettext ("%s: until %s, %d day", "%s: until %s, %d days", (gulong)days), look_up_end (what),
                          date, days);
}

/* What the daemon says it has seen, word for word; what stands behind a beginning that ends with a space stays. */
static const char *const seen[] = {
  N_ ("answers"),
  N_ ("answers at "),
  N_ ("does not answer"),
  N_ ("does not let the daemon in: polkit"),
  N_ ("examined"),
  N_ ("not examined"),
  N_ ("version "),
  N_ ("readers: "),
  N_ ("agents: "),
  N_ ("none at reader "),
  N_ ("those given last are in use"),
  N_ ("as the center's"),
  N_ ("does not answer: pcscd.service is not installed"),
  N_ ("does not answer: pcscd.service or pcscd.socket is masked"),
  N_ ("polkit.service is masked, or not installed"),
  N_ ("its key is there"),
  N_ ("waiting: "),
  N_ ("refused: "),
};

/* split_seen: Return: what stands behind @middle in @part, which begins with @begin; NULL: it is no such text. */
static const char *
split_seen (const char *part, const char *begin, const char *middle, char **first)
{
  const char *at = g_str_has_prefix (part, begin) ? strstr (part, middle) : NULL;

  if (at == NULL)
    return NULL;
  *first = g_strndup (part + strlen (begin), (gsize)(at - part) - strlen (begin));
  return at + strlen (middle);
}

static char *
translate_seen (const char *part)
{
  g_autofree char *first = NULL;
  const char *second = split_seen (part, "cards: ", ", not answering: ", &first);

  if (second != NULL)
    return g_strdup_printf (_ ("cards: %s, not answering: %s"), first, second);
  second = split_seen (part, "from ", " to ", &first);
  if (second != NULL)
    return g_strdup_printf (_ ("from %s to %s"), first, second);
  second = split_seen (part, "expires ", ": ", &first);
  if (second != NULL)
    return g_strdup_printf (_ ("expires %s: %s"), first, look_up_end (second));
  for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
    if (g_str_equal (part, seen[i]) || (g_str_has_suffix (seen[i], " ") && g_str_has_prefix (part, seen[i])))
      return g_strconcat (_ (seen[i]), part + strlen (seen[i]), NULL);
  return g_strdup (part);
}

char *
words_evidence (const char *evidence)
{
  g_auto (GStrv) parts = g_strsplit (evidence, "; ", -1);

  for (char **part = parts; *part != NULL; part++)
    {
      char *translated = translate_seen (*part);

      g_free (*part);
      *part = translated;
    }
  return g_strjoinv (_ ("; "), parts);
}
