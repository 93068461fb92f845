/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eligibility: see the header. In: the center's reply, or why there is none. Out: the answer. What is not known here
 * makes the answer unknown; it never makes it a success.
 */
#include "visit/eligibility.h"

#include "base/error.h"
#include "center/code-catalogue.h"
#include "visit/contradictions.h"
#include "visit/visit-text.h"

static const struct
{
  const char *validity;
  EligibilityAnswer answer;
  const char *reason, *advice;
} judgements[QUALIFICATION_N_VALIDITIES] = {
  [QUALIFICATION_UNRECOGNISED] = { NULL, ELIGIBILITY_UNKNOWN, "unrecognised", "unrecognised" },
  [QUALIFICATION_VALID] = { "valid", ELIGIBILITY_ELIGIBLE, NULL, NULL },
  [QUALIFICATION_INVALID] = { "invalid", ELIGIBILITY_NOT_ELIGIBLE, "invalid", "invalid" },
  [QUALIFICATION_INVALID_NEW] = { "invalid-new", ELIGIBILITY_NOT_ELIGIBLE, "invalid-new", "invalid-new" },
  [QUALIFICATION_NONE] = { "none", ELIGIBILITY_NOT_ELIGIBLE, "none", "none" },
  [QUALIFICATION_SEVERAL] = { "several", ELIGIBILITY_UNKNOWN, "several", "several" },
  [QUALIFICATION_VALID_UNREGISTERED] = { "valid-unregistered", ELIGIBILITY_ELIGIBLE, NULL, "valid-unregistered" },
};

static const char *
language_or_default (const char *language)
{
  return language != NULL && *language != '\0' ? language : VISIT_LANGUAGE_DEFAULT;
}

Eligibility *
eligibility_new_from_reply (TransportReply *reply, const char *language, GError **error)
{
  const Qualification *qualification = reply->qualification;
  const QualificationValidity validity = qualification->validity;
  Eligibility *eligibility;

  if (judgements[validity].answer == ELIGIBILITY_ELIGIBLE && qualification->insurances->len == 0)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID,
                           "valid, but no insurance in the answer");
      transport_reply_free (reply);
      return NULL;
    }

  eligibility = g_new0 (Eligibility, 1);
  eligibility->reply = reply;
  eligibility->qualification = qualification;
  eligibility->source = "center";
  eligibility->as_of = qualification->executed != 0 ? qualification->executed : reply->received;
  if (qualification->code != NULL)
    eligibility->code_text = code_catalogue_get_text (qualification->code, language_or_default (language));
  eligibility->remarks = qualification->remarks | contradictions_find (qualification);
  eligibility->answer = judgements[validity].answer;
  eligibility->validity = judgements[validity].validity;
  eligibility->reason = judgements[validity].reason;
  if (judgements[validity].advice != NULL)
    eligibility->advice = visit_text (language, "Advice %s", judgements[validity].advice);
  return eligibility;
}

Eligibility *
eligibility_new_unknown (const GError *cause, const char *language)
{
  Eligibility *eligibility = g_new0 (Eligibility, 1);

  eligibility->answer = ELIGIBILITY_UNKNOWN;
  eligibility->cause = g_error_copy (cause);
  eligibility->reason = shikaku_error_get_name ((ShikakuError)cause->code);
  eligibility->advice = visit_text (language, "Error %s", shikaku_error_get_short_name ((ShikakuError)cause->code));
  eligibility->code_text
      = code_catalogue_get_text (shikaku_error_get_center_code (cause), language_or_default (language));
  eligibility->as_of = g_get_real_time ();
  eligibility->source = "center";
  return eligibility;
}

void
eligibility_set_queued (Eligibility *eligibility, char *id, ShikakuError error, const char *language)
{
  g_autofree char *before = g_steal_pointer (&eligibility->advice);
  g_autofree char *more = visit_text (language, id != NULL ? "Outage queued" : "Outage not-queued");

  eligibility->queued = id;
  eligibility->queue_error = id != NULL ? SHIKAKU_ERROR_NONE : error;
  eligibility->advice = g_strconcat (before, " ", more, NULL);
}

void
eligibility_free (Eligibility *eligibility)
{
  g_clear_pointer (&eligibility->reply, transport_reply_free);
  g_clear_error (&eligibility->cause);
  g_free (eligibility->advice);
  g_free (eligibility->code_text);
  g_free (eligibility->queued);
  g_free (eligibility->certificate_until);
  g_free (eligibility);
}

const char *
eligibility_answer_to_string (EligibilityAnswer answer)
{
  switch (answer)
    {
    case ELIGIBILITY_ELIGIBLE:
      return "eligible";
    case ELIGIBILITY_NOT_ELIGIBLE:
      return "not-eligible";
    case ELIGIBILITY_UNKNOWN:
    default:
      return "unknown";
    }
}
