# SPDX-License-Identifier: LGPL-2.1-or-later
"""The proof by card: chain, dates, revocation and signature, each for real. Refusals carry the profile's code."""

import datetime
import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

JST = datetime.timezone(datetime.timedelta(hours=9))
SEPARATOR, OWN_SEPARATOR = b"org.shikaku.card-proof.v1", b"org.shikaku.card-proof.own.v1"
ALGORITHMS = {"sha256WithRSAEncryption": rsa.RSAPublicKey, "ecdsa-with-SHA384": ec.EllipticCurvePublicKey}
CERTIFICATE_SIZE_MAXIMUM = 4096
PEM_BLOCK = re.compile(b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class Refusal(Exception):
    """A refusal of the profile: @code and a text for people."""

    TEXTS = {
        "SHK010001": "利用者証明用電子証明書の有効期限が切れています。",
        "SHK010002": "利用者証明用電子証明書が失効しています。",
        "SHK010003": "利用者証明用電子証明書を信頼できません。",
        "SHK010004": "署名を検証できません。",
        "SHK010005": "チャレンジが存在しないか、使用済みです。",
        "SHK010006": "利用者証明用電子証明書が一時停止されています。",
        "SHK020001": "健康保険証としての利用登録がありません。",
        "SHK020002": "この同意は登録できません。",
        "SHK020003": "健康保険証としての利用登録ができません。",
        "SHK030001": "該当する資格がありません。",
        "SHK030002": "該当する方が複数います。",
        "SHK030003": "この照会番号は別の方に登録されています。",
        "SHK040001": "閲覧の同意の有効期限が切れています。",
        "SHK040002": "閲覧の同意が登録されていません。",
        "SHK040003": "照会できる期間を超えています。",
        "SHK040004": "この期間の情報はまだ登録されていません。",
        "SHK040005": "この期間の情報は保存期間を過ぎています。",
        "SHK040006": "この資格では閲覧できません。",
        "SHK040007": "該当する情報がありません。",
        "SHK050001": "取り消す同意がありません。",
        "SHK050002": "外来の同意は取り消せません。",
        "SCKO1000E": "電子処方箋を利用しない設定のため、処方・調剤情報を閲覧できません。",
        "SHK090001": "混み合っています。",
        "SHK090002": "医療機関コードが正しくありません。",
        "SHK090003": "電文に誤りがあります。",
    }

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def make_content(institution, identifier, challenge, own=False):
    """What the card signs; the lead-in keeps the signature from meaning anything elsewhere. @own: the institution made the
    challenge itself, at the time that stands in place of the @identifier."""
    return b"\0".join((OWN_SEPARATOR if own else SEPARATOR, institution.encode(), identifier.encode(), challenge))


def verify_signature(key, signature, content, digest):
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, padding.PKCS1v15(), digest)
    else:
        key.verify(signature, content, ec.ECDSA(digest))


def get_key_identifier(certificate, extension, attribute):
    try:
        return getattr(certificate.extensions.get_extension_for_class(extension).value, attribute)
    except x509.ExtensionNotFound:
        return None


class CardAuthorities:
    def __init__(self, path):
        self.certificates = [x509.load_pem_x509_certificate(block) for block in PEM_BLOCK.findall(path.read_bytes())]
        self.checked = {}  # DER -> certificate whose chain is good, and its key; the signatures of CAs do not change

    def load(self, der):
        """The certificate of @der and its key. Several generations of the CA share one name, so the CA's key decides."""
        if der in self.checked:
            return self.checked[der]
        try:
            if len(der) > CERTIFICATE_SIZE_MAXIMUM:
                raise ValueError
            certificate = x509.load_der_x509_certificate(der)
            usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        except (ValueError, x509.ExtensionNotFound) as error:
            raise Refusal("SHK010003") from error
        if not usage.digital_signature or not any(self.issued(ca, certificate) for ca in self.certificates):
            raise Refusal("SHK010003")
        self.checked[der] = (certificate, certificate.public_key())
        return self.checked[der]

    @staticmethod
    def issued(ca, certificate):
        wanted = get_key_identifier(certificate, x509.AuthorityKeyIdentifier, "key_identifier")
        offered = get_key_identifier(ca, x509.SubjectKeyIdentifier, "digest")
        if ca.subject != certificate.issuer or (wanted and offered and wanted != offered):
            return False
        try:
            verify_signature(
                ca.public_key(),
                certificate.signature,
                certificate.tbs_certificate_bytes,
                certificate.signature_hash_algorithm,
            )
        except InvalidSignature:
            return False
        return True


def get_validity(certificate):
    """From when until when, in UTC. cryptography 42 and later have names of their own for it, and warn at the old ones."""
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    utc = datetime.timezone.utc
    return certificate.not_valid_before.replace(tzinfo=utc), certificate.not_valid_after.replace(tzinfo=utc)


def get_last_day_kept(end):
    """Until when a card whose certificate has ended at @end shows who is insured: the last day of the third month after."""
    month = end.astimezone(JST).date().replace(day=1)
    for _month in range(4):
        month = (month + datetime.timedelta(days=31)).replace(day=1)
    return month - datetime.timedelta(days=1)


def check_certificate(authorities, der, person):
    """Chain, dates, revocation list, in this order; the card's own dates count, not those of its CA. @person: whose it is,
    or None. Return: its key, and whether it has ended, so that it shows eligibility only."""
    certificate, key = authorities.load(der)
    begin, end = get_validity(certificate)
    now = datetime.datetime.now(JST)
    ended = now > end
    if now < begin or (ended and (now.date() > get_last_day_kept(end) or (person and person.is_phone))):
        raise Refusal("SHK010001")
    if person and person.revoked:
        raise Refusal("SHK010006" if person.revoked == "suspended" else "SHK010002")
    return key, ended


def check_signature(key, algorithm, signature, content):
    if algorithm not in ALGORITHMS or not isinstance(key, ALGORITHMS[algorithm]):
        raise Refusal("SHK010004")
    digest = hashes.SHA256() if isinstance(key, rsa.RSAPublicKey) else hashes.SHA384()
    try:
        verify_signature(key, signature, content, digest)
    except InvalidSignature as error:
        raise Refusal("SHK010004") from error
