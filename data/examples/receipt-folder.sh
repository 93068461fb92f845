#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# receipt-folder.sh FOLDER INSTITUTION INSURER SYMBOL NUMBER BRANCH BIRTHDATE: a receipt computer that only knows files.
set -eu
suffix=$(date +%Y%m%d%H%M%S)$$
answer=$1/res/OQSsiquc01res_$suffix.xml
cat >"$1/req/$suffix.tmp" <<END
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg><MessageHeader><QualificationConfirmationDate>$(TZ=Asia/Tokyo date +%Y%m%d)</QualificationConfirmationDate>
<MedicalInstitutionCode>$2</MedicalInstitutionCode><ArbitraryFileIdentifier>$suffix</ArbitraryFileIdentifier>
</MessageHeader><MessageBody><QualificationConfirmSearchInfo><InsurerNumber>$3</InsurerNumber>
<InsuredCardSymbol>$4</InsuredCardSymbol><InsuredIdentificationNumber>$5</InsuredIdentificationNumber>
<InsuredBranchNumber>$6</InsuredBranchNumber><Birthdate>$7</Birthdate></QualificationConfirmSearchInfo></MessageBody></XmlMsg>
END
mv "$1/req/$suffix.tmp" "$1/req/OQSsiquc01req_$suffix.xml" # the whole file at once
until [ -e "$answer" ]; do sleep 0.1; done
grep -q "<ArbitraryFileIdentifier>$suffix</ArbitraryFileIdentifier>" "$answer" # it is ours
grep -oE '<(QualificationValidity|Name|ErrorCode|ErrorMessage)>[^<]*' "$answer" | tr -d '<' | tr '>' ' '
rm "$answer" # who reads an answer takes it away
