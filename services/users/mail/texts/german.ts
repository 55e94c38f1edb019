import { forgotCall, forgotLink, type MailTexts, resetCall, resetLink, verifyCall, verifyLink } from './mail-text.ts'

const notYou = 'Wenn Sie das nicht waren, setzen Sie jetzt ein neues Passwort. Das beendet alle Anmeldungen des Kontos:'

export const german: MailTexts = {
  greeting: (name) => (name === null ? 'Guten Tag,' : `Guten Tag ${name},`),
  signature: 'Der Shop',
  texts: {
    verify: {
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      body: (facts) => [
        'Jemand hat sich mit dieser Adresse im Shop registriert. Wenn Sie das waren, bestätigen Sie sie innerhalb von 24 Stunden:',
        verifyLink(facts),
        'Oder rufen Sie die API auf:',
        verifyCall(facts),
        'Wenn Sie das nicht waren, tun Sie nichts: Die Adresse bleibt unbestätigt.',
      ],
    },
    reset: {
      subject: 'Setzen Sie Ihr Passwort',
      body: (facts) => [
        'Jemand möchte sich mit dieser Adresse registrieren oder das Passwort ihres Kontos setzen. Wenn Sie das waren, wählen Sie innerhalb einer Stunde ein Passwort:',
        resetLink(facts),
        'Oder rufen Sie die API auf:',
        resetCall(facts),
        'Ein neues Passwort beendet alle Anmeldungen des Kontos. Wenn Sie das nicht waren, tun Sie nichts: Das Passwort bleibt, wie es ist.',
      ],
    },
    account_exists: {
      subject: 'Sie haben schon ein Konto',
      body: (facts) => [
        'Jemand wollte sich mit dieser Adresse im Shop registrieren, die schon ein Konto hat. Wenn Sie das waren, melden Sie sich damit an. Wenn Sie das Passwort nicht mehr wissen, lassen Sie sich einen Link schicken, um eines zu setzen:',
        forgotLink(facts),
        'Oder rufen Sie die API auf:',
        forgotCall(facts),
        'Wenn Sie das nicht waren, tun Sie nichts: Ihr Konto ist, wie es war.',
      ],
    },
    password_changed: {
      subject: 'Ihr Passwort wurde geändert',
      body: (facts) => [
        'Das Passwort Ihres Kontos wurde geändert.',
        notYou,
        forgotLink(facts),
        'Oder rufen Sie die API auf:',
        forgotCall(facts),
      ],
    },
    refresh_reuse: {
      subject: 'Eine Ihrer Anmeldungen wurde beendet',
      body: (facts) => [
        'Eine Anmeldung Ihres Kontos wurde an zwei Orten benutzt, als wäre sie kopiert worden. Wir haben sie beendet; bitte melden Sie sich neu an.',
        notYou,
        forgotLink(facts),
        'Oder rufen Sie die API auf:',
        forgotCall(facts),
      ],
    },
    role_changed: {
      subject: 'Die Rechte Ihres Kontos wurden geändert',
      body: () => [
        'Ein Administrator hat geändert, was Ihr Konto darf. Das gilt ab jetzt.',
        'Wenn Sie das nicht erwartet haben, sagen Sie es den Administratoren des Shops.',
      ],
    },
    account_closed: {
      subject: 'Ihr Konto wurde geschlossen',
      body: () => [
        'Ihr Konto wurde geschlossen, Ihre persönlichen Daten wurden daraus entfernt. Dies ist die letzte Mail an diese Adresse.',
        'Sie können sich mit derselben Adresse jederzeit neu registrieren.',
      ],
    },
  },
}
