#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# peer.sh KEYS URL INSTITUTION PIN: the check of a card as a script does it, with the tools that every distribution has:
# certificate from the card, login at the center, challenge, signature by the card, query. Prints QualificationValidity.
set -eu
keys=$1 url=$2 institution=$3 pin=$4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

post() { # CALL [HEADER]: standard input to the center, its answer to standard output
  curl --silent --show-error --fail --cacert "$keys/center-ca.pem" --cert "$keys/institution.cert.pem" \
    --key "$keys/institution.key.pem" --header 'Content-Type: application/json' ${2:+--header "$2"} \
    --data-binary @- "$url/$1"
}

pkcs11-tool --slot-index 0 --read-object --type cert --id 01 --output-file certificate >/dev/null 2>&1
token=$(jq -nR '{account: input, password: input}' <"$keys/account" | post auth | jq -r .result.idToken)
header="\"MedicalInstitutionCode\": \"$institution\", \"ArbitraryFileIdentifier\": \"peer-$$"
post card/challenge "Authorization: $token" >challenge <<END
{"XmlMsg": {"MessageHeader": {$header-1"}, "MessageBody": {"CardChallengeInfo": {}}}}
END
identifier=$(jq -r .XmlMsg.MessageBody.CardChallenge.ChallengeIdentifier challenge)
{
  printf 'org.shikaku.card-proof.v1\0%s\0%s\0' "$institution" "$identifier"
  jq -r .XmlMsg.MessageBody.CardChallenge.Challenge challenge | base64 -d
} >content
pkcs11-tool --slot-index 0 --login --pin "$pin" --sign --mechanism SHA256-RSA-PKCS --id 01 \
  --input-file content --output-file signature >/dev/null 2>&1
header="$header-2\", \"QualificationConfirmationDate\": \"$(date +%Y%m%d)\", \"ReferenceClassification\": \"1\""
post card/check "Authorization: $token" >answer <<END
{"XmlMsg": {"MessageHeader": {$header}, "MessageBody": {"CardCheckInfo": {
  "ChallengeIdentifier": "$identifier", "SignatureAlgorithm": "sha256WithRSAEncryption",
  "UserAuthenticationCertificate": "$(base64 -w0 certificate)", "Signature": "$(base64 -w0 signature)"}}}}
END
jq -r .XmlMsg.MessageBody.QualificationValidity answer
