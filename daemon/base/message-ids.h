/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-ids: the MESSAGE_ID of every journal entry that an administrator may look for. Macros only.
 *
 * Each has its text in data/catalog, in English and in Japanese: what it means, and what to do.
 */
#pragma once

#define SHIKAKU_MESSAGE_STARTED "f6fadfa7e5c14b629362da5cc13da58a"  /* ready on the bus */
#define SHIKAKU_MESSAGE_STOPPING "2c63888f28f04481be6ddce7a7ace732" /* told to stop */
#define SHIKAKU_MESSAGE_BUS_LOST "8a119b9e16bc47328f7b7676d015b0dc" /* the bus, or the name on it, was lost */
#define SHIKAKU_MESSAGE_CONFIGURATION_INVALID \
  "bc67ba94637d4efaa09e467ada679f81" /* refused at start, or at a reload, where the old one stays in force */
#define SHIKAKU_MESSAGE_CONFIGURATION_RELOADED "fab36728a78b4b7e8787c0de2f960063" /* a new configuration is in force */
#define SHIKAKU_MESSAGE_VISIT_FINISHED "a712755f6cac44d599d5269512e74f7b" /* done, with its answer and its timing */
#define SHIKAKU_MESSAGE_VISIT_FAILED "ac8efe121c5949f1ba2dde83458bfed0"   /* failed or cancelled */
#define SHIKAKU_MESSAGE_CONSENTS_UNREGISTERED \
  "718c2688375641a9934484fcdcf5b85d" /* the center did not take down what the patient granted */
#define SHIKAKU_MESSAGE_USE_UNREGISTERED \
  "ce4bae6510fd41288c4a03632ffcec74" /* the center has not confirmed that a card was registered */
#define SHIKAKU_MESSAGE_READER_ADDED "5796a670482c490e8d9782bfcdc83011"
#define SHIKAKU_MESSAGE_READER_REMOVED "0b80a25553a14945a93258ef7777682c"
#define SHIKAKU_MESSAGE_CARD_MUTE "45ac16b9c20d4c218f8a7abff2e91ac7"       /* a card does not answer */
#define SHIKAKU_MESSAGE_SERVICE_LOST "dd2ee150d2844277b89c1af40ce8fcc9"    /* pcscd has stopped */
#define SHIKAKU_MESSAGE_SERVICE_REFUSED "dbccea67279f4375a2b88596668d2126" /* pcscd does not let the daemon in */
#define SHIKAKU_MESSAGE_SERVICE_FOUND "3c3ae353fb14428e90b401a6c1cc0aff"   /* pcscd is there */
#define SHIKAKU_MESSAGE_AGENT_REGISTERED "b9c8b9ffe46e46279419c7723226db94"
#define SHIKAKU_MESSAGE_AGENT_GONE "bbeeb6361d334c6d96f0da847a2a3b87"
#define SHIKAKU_MESSAGE_CENTER_FAILED "68e58909ccb24416925a56c9a30f4300" /* the center cannot be asked */
#define SHIKAKU_MESSAGE_CENTER_FOUND "ff53a46f5ead403a84c4b877678537a3"  /* it can again */
#define SHIKAKU_MESSAGE_ACCOUNT_REFUSED \
  "e179f773a6e043c09514b7dde2ad0478" /* the center refuses the institution's account */
#define SHIKAKU_MESSAGE_CREDENTIAL_FAILED "0c28cec1b94742afa4b936976b4b76b0"  /* missing or unusable */
#define SHIKAKU_MESSAGE_CREDENTIAL_EXPOSED "a398d022d4354df48322905089933837" /* a key file is readable for others */
#define SHIKAKU_MESSAGE_CREDENTIAL_RENEWED \
  "4c8b1eb44f1e4ccf8372a2a784a67245" /* the new one has worked and is used from now on */
#define SHIKAKU_MESSAGE_CREDENTIAL_REFUSED \
  "ac9130f4547c47d38e3a655f20731ab2" /* the new one did not work; the old one stays in use */
#define SHIKAKU_MESSAGE_CREDENTIAL_WAITING "6d0a3f7c52be4a0f9c1e84d2b7a95e13" /* the new one cannot be tried yet */
#define SHIKAKU_MESSAGE_TOKEN_REFUSED \
  "ca3ab343ac334b68be9bf77c6519a9d5" /* a PKCS #11 token refused its PIN: not tried again */
#define SHIKAKU_MESSAGE_EXPIRY_NEAR "03c472ca449548b4b8d889d2b47a5c1d" /* something of the calendar ends soon */
#define SHIKAKU_MESSAGE_EXPIRED "77dde229df884e4dac2386e5cc86ba64"     /* something of the calendar has ended */
#define SHIKAKU_MESSAGE_SLEEP "c3dd75f6808548e6ac925f09a227f039"       /* the machine is about to sleep */
#define SHIKAKU_MESSAGE_RESUMED "bb262a934ce14c61aa0336d98b8c82f1"
#define SHIKAKU_MESSAGE_CLOCK_CHANGED "b183256ea16e4121b07a6fc42fd7b23a" /* the wall clock was set */
#define SHIKAKU_MESSAGE_ACCESS_UNDECIDED \
  "8f39aaa5729a453cb891da33e83a9d40" /* polkit cannot be asked: callers are refused */
#define SHIKAKU_MESSAGE_CALLS_BRAKED "e5a9f6b1a29749bfadf438f7b27c1c74" /* a user calls faster than allowed */
#define SHIKAKU_MESSAGE_METRICS_FAILED \
  "5343b239ab8a42cdb6db716943d117b3"                                     /* the file for monitoring cannot be written */
#define SHIKAKU_MESSAGE_STORE_FAILED "bfe2de8ad8dd42deb8bbd272a6dc5aab"  /* what must survive cannot be kept */
#define SHIKAKU_MESSAGE_STORE_DAMAGED "fa074f003e2444ce91b17c22e4e4a6c1" /* it was lost: the file is begun anew */
#define SHIKAKU_MESSAGE_ANSWER_INVALID \
  "5d7f0b6c1a9e4b2f8c3d94e6a7105f28" /* no answer of this profile, or one to another question */
#define SHIKAKU_MESSAGE_OUTAGE_HELD_UP \
  "3f1d6f0a52f94a4c9d0e7b8c41a6e2d7" /* what could not be asked waits for people to mend something */
#define SHIKAKU_MESSAGE_OUTAGE_RESOLVED "8c0b5e9d7a314f26b1f4d2907e6a83c5" /* what could not be asked has its end */
#define SHIKAKU_MESSAGE_CHANGES_PURGED "b1c67d2e5a934f0cb8e37a96d014f25c"  /* what was kept of people is erased */
#define SHIKAKU_MESSAGE_RECORDS_FOREIGN "6a1f0d8e94c24b0f8b3a5ce7d21904fa" /* of another person, thrown away */
#define SHIKAKU_MESSAGE_LEDGER_DECIDED \
  "3ca3473365784be898237948a46e5df8" /* an administrator has decided something of it */
#define SHIKAKU_MESSAGE_LEDGER_CHECKPOINT "bf7cb59260ed41fba1bbd20830a813f5" /* how far the ledger is, signed */
#define SHIKAKU_MESSAGE_LEDGER_ROLLED_BACK \
  "6c6ad636967c4fef900e1c4d36057ae4" /* who was shown the ledger has seen more of it than there is */
#define SHIKAKU_MESSAGE_BREAK_GLASS "e8f4c19d7b2a4d5f9a6103c47e92b85d" /* a limit was passed over in an emergency */
#define SHIKAKU_MESSAGE_TERMINAL_FAILED \
  "bb6ab7f47fe94a8e87be23589bfd8f43" /* the folders of a terminal, or who serves them, cannot be used */
#define SHIKAKU_MESSAGE_TERMINAL_FOUND "8c8ad31fbac5496cbf651f63e291e20d" /* they can again */
#define SHIKAKU_MESSAGE_FILE_SET_ASIDE \
  "6c009e962cef4772ad17948b49aa54d7" /* a file of a face reader that nobody could use */
#define SHIKAKU_MESSAGE_COPIES_FAIL \
  "1bf6dd1fface4404ab37efa7a487d2c4" /* another program cannot be given its copy of a face file */
#define SHIKAKU_MESSAGE_ORCA_QUESTION_LOST \
  "062dc0a770cb4be1bfbe0d1353744fbf" /* a request of ORCA's was given out, and got lost */
#define SHIKAKU_MESSAGE_ORCA_POST_UNKNOWN \
  "f83f7fe0de9f42cabed374e32af18797" /* whether a face result is in ORCA a person decides */
#define SHIKAKU_MESSAGE_ORCA_CUT "bba481ce56d94e78b96287505313d75f"    /* ORCA does not take all that the center gave */
#define SHIKAKU_MESSAGE_ORCA_FAILED "071e6d99a18a4e05b5284f96f2e3a654" /* something could not be done for ORCA */
#define SHIKAKU_MESSAGE_ORCA_UNREACHABLE "0812ab12e6584e07bd575ec38ff9485e" /* ORCA cannot be used */
#define SHIKAKU_MESSAGE_ORCA_FOUND "cf6096a42b6845a3a6130806efccc918"       /* it can again */
