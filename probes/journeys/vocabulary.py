"""The words and marks by which things on a page are recognised, in the languages of many pages.

All are read by JavaScript, without regard to case.
"""

from __future__ import annotations

from typing import Final

_JOINING: Final = (
    r"sign.?up|register|create.{0,12} account|\bjoin\b|registrieren|konto erstellen"
    r"|s.inscrire|cr[ée]er un compte|crear.{0,8} cuenta|registr[ae]r"
)
_SENDS: Final = (
    r"sign.?in|log.?in|log.?on|continue|next|submit|enter|go|verify|confirm"
    r"|anmelden|einloggen|weiter|best[äa]tigen|prüfen|connexion|se connecter|suivant|v[ée]rifier"
    r"|iniciar sesi[oó]n|entrar|verificar|continuar|accedi|avanti|verifica|inloggen|volgende"
)
_REJECT: Final = (
    r"(reject|decline|refuse|deny|disagree)( (all|cookies|all cookies|and close|optional cookies))?"
    r"|(use |accept |allow )?(only )?(strictly )?(necessary|essential|required)( cookies)?( only)?"
    r"|continue without (accepting|agreeing)|no,? thanks?|opt.?out"
    r"|(alle |alles )?(cookies )?ablehnen|nur (notwendige|erforderliche|essenzielle)"
    r"( cookies)?( akzeptieren| erlauben| zulassen)?"
    r"|(tout )?refuser( tout)?|continuer sans accepter"
    r"|rechazar( todo| todas)?( las cookies)?|solo (necesarias|las necesarias)"
    r"|rifiuta( tutt[oi])?|continua senza accettare|recusar( tudo| todos)?|rejeitar( tudo| todos)?"
    r"|(alles )?(weigeren|afwijzen)|odrzuć( wszystkie)?|avvisa( alla)?|afvis( alle)?|avslå( alle)?"
    r"|hylkää( kaikki)?|отклонить( все)?|すべて拒否|拒否する?|全部拒绝|拒绝"
)
_ACCEPT: Final = (
    r"(yes,? )?(i )?(accept|agree|allow|consent)( (all|cookies|all cookies|and (close|continue)))?"
    r"|ok(ay)?|got it|i understand|understood|dismiss"
    r"|(alle |alles )?(cookies )?(akzeptieren|zulassen|erlauben|annehmen)|(ich )?stimme? zu"
    r"|zustimmen|einverstanden|verstanden|(tout )?accepter( tout)?|j.accepte|d.accord|compris"
    r"|aceptar( todo| todas)?( las cookies)?|acepto|entendido|de acuerdo"
    r"|accett[ao]( tutt[oi])?|ho capito|aceitar( tudo| todos)?|(alles )?accepteren|akkoord"
    r"|(akceptuj|zgadzam się)( wszystkie)?|godkänn( alla)?|acceptera( alla)?|accept[ée]r( alle)?"
    r"|godta( alle)?|hyväksy( kaikki)?|принять( все)?|хорошо|すべて同意|同意する?|全部接受|接受"
)
# By the makers of banners that are met most often.
_REJECTERS: Final = (
    "#onetrust-reject-all-handler",
    "#CybotCookiebotDialogBodyButtonDecline",
    "#didomi-notice-disagree-button",
    "[data-testid=uc-deny-all-button]",
    "#truste-consent-required",
    ".osano-cm-denyAll, .osano-cm-deny",
    ".cc-window .cc-deny",
    ".klaro .cn-decline",
    ".cmplz-cookiebanner .cmplz-deny",
    ".cky-btn-reject",
    ".iubenda-cs-reject-btn",
    "#tarteaucitronAllDenied2",
    "#cc-main [data-role=necessary]",
    "[data-tid=banner-decline]",
    "#axeptio_btn_dismiss",
    "[data-cookie-refuse], ._brlbs-refuse-btn a",
)
_ACCEPTERS: Final = (
    "#onetrust-accept-btn-handler",
    "#CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll",
    "#CybotCookiebotDialogBodyButtonAccept",
    "#didomi-notice-agree-button",
    "[data-testid=uc-accept-all-button]",
    "#truste-consent-button",
    ".osano-cm-accept-all, .osano-cm-accept",
    ".cc-window .cc-allow, .cc-window .cc-dismiss",
    ".klaro .cm-btn-success",
    ".cmplz-cookiebanner .cmplz-accept",
    ".cky-btn-accept",
    ".iubenda-cs-accept-btn",
    "#tarteaucitronPersonalize2",
    "#cc-main [data-role=all]",
    "[data-tid=banner-accept]",
    "#axeptio_btn_acceptAll",
    "[data-cookie-accept]",
)
WORDS: Final = {
    "who": (
        r"user|e-?mail|log.?in|account|member|nutzer|benutzer|kennung|utilisateur|identifi"
        r"|usuario|correo|utente|gebruiker"
    ),
    "sends": _SENDS,
    "opens": (
        r"sign.?in|log.?in|log.?on|anmelden|einloggen|connexion|se connecter|iniciar sesi[oó]n"
        r"|entrar|accedi|inloggen|my account|mein konto"
    ),
    "elsewhere": (
        r"(sign|log|continue|anmelden|connecter|iniciar).{0,12} (with|using|mit|avec|con) "
        r"(?!.*(pass|e-?mail|kennwort))|google|facebook|github|apple|microsoft|\bsso\b|passkey"
        rf"|forgot|lost|reset|vergessen|oubli|olvid|\bshow\b|\bhide\b|cancel|abbrechen|{_JOINING}"
    ),
    "joining": _JOINING,
    "beside": (
        r"search|newsletter|subscri(be|ption)|suche?|abonnieren|newsletter|recherche[r]?"
        r"|s.abonner|buscar|suscrib\w+|cerca"
    ),
    "code": (
        r"one.?time|\botp\b|totp|\b2fa\b|\bmfa\b|two.?factor|second factor|verification|verify"
        r"|authenticat|security.?code|passcode|\bcode\b|\btoken\b|einmal|c[óo]digo|codice"
        r"|sicherheitscode|best[äa]tigungscode"
    ),
    "nocode": (
        r"zip|post(al)?.?code|coupon|promo|discount|voucher|gift|country|area.?code"
        r"|user|e-?mail|login"
    ),
    "remember": (
        r"remember|keep me|stay (signed|logged)|trust this|angemeldet|eingeloggt|merken"
        r"|se souvenir|rester connect|recordar|mantener|ricorda|lembrar|onthoud|ingelogd"
    ),
    "marked": (
        "[role=alert], [aria-live=assertive], [class*=error i], [class*=danger i],"
        " [class*=invalid i], [class*=warning i], [class*=alert i]"
    ),
    "said": (
        r"incorrect|invalid|wrong|not match|n.t match|not recogni[sz]ed"
        r"|unknown (user|account|e-?mail)|sign.?in failed|log.?in failed|please try again"
        r"|not found|denied|too many|falsch|ung[üu]ltig|nicht korrekt|incorrecte?|erron[ée]"
        r"|incorrecta|inv[áa]lid|non valid|errat[ao]|onjuist"
    ),
    "cookies": (
        r"cookie|consent|gdpr|\bcmp\b|privacy|datenschutz|einwilligung|confidentialit|privacidad"
        r"|galletas|クッキー|隐私"
    ),
    "banners": (
        "dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true], [id*=cookie i],"
        " [class*=cookie i], [aria-label*=cookie i], [id*=consent i], [class*=consent i],"
        " [id*=gdpr i], [class*=gdpr i], [id*=privacy i], [class*=privacy-banner i]"
    ),
    "reject": _REJECT,
    "accept": _ACCEPT,
    "rejecters": ", ".join(_REJECTERS),
    "accepters": ", ".join(_ACCEPTERS),
}
