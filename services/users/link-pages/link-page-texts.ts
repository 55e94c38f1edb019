/** Where a link in a mail leads: its path, and the operations of the API that its page's forms send to. */
export const linkPages = {
  verify: { path: '/verify-email', operation: 'verify-email', again: 'resend-verification' },
  reset: { path: '/reset-password', operation: 'reset-password', again: 'forgot-password' },
} as const
export type LinkPage = keyof typeof linkPages

/** What is said beneath the forms; one at a time. */
export type Said = 'done' | 'over' | 'again' | 'sent' | 'refused' | 'guessable' | 'address' | 'later'

export type LinkPageTexts = {
  readonly title: string
  readonly button: string
  readonly againButton: string
  readonly said: Readonly<Record<Said, string>>
}

export type LanguageTexts = {
  readonly address: string
  readonly password: string
  readonly withoutScript: string
  readonly pages: Readonly<Record<LinkPage, LinkPageTexts>>
}

const both = {
  refused: 'A password has 8 to 128 characters.',
  guessable: 'This password is too easy to guess. Please choose another one.',
  address: 'This is not an e-mail address.',
  later: 'That did not work just now, and nothing was changed. Please try again in a minute.',
}

export const english: LanguageTexts = {
  address: 'E-mail address',
  password: 'New password, 8 to 128 characters',
  withoutScript: 'This page needs JavaScript. Without it, use the call of the API that the mail shows.',
  pages: {
    verify: {
      title: 'Confirm your e-mail address',
      button: 'Confirm',
      againButton: 'Send another link',
      said: {
        ...both,
        done: 'Done: the address is confirmed. You can log in now.',
        over: 'This link is not valid any more: it was used, or it is older than 24 hours, or a newer one was sent. If the address is not confirmed yet, ask for another link.',
        again: 'To get another link, give your address.',
        sent: 'If an account with this address is not confirmed yet, a mail with a new link is on its way. There is at most one a minute.',
      },
    },
    reset: {
      title: 'Set your password',
      button: 'Set password',
      againButton: 'Send a link',
      said: {
        ...both,
        done: 'Done: the new password holds, and all logins of the account were ended. You can log in now.',
        over: 'This link is not valid any more: it was used, or it is older than an hour, or a newer one was sent. Ask for another one.',
        again: 'To get a link by which you can set a password, give your address.',
        sent: 'If there is an account with this address, a mail with a link is on its way.',
      },
    },
  },
}

const beide = {
  refused: 'Ein Passwort hat 8 bis 128 Zeichen.',
  guessable: 'Dieses Passwort ist zu leicht zu erraten. Bitte wählen Sie ein anderes.',
  address: 'Das ist keine E-Mail-Adresse.',
  later: 'Das ging gerade nicht, und nichts wurde geändert. Bitte versuchen Sie es in einer Minute noch einmal.',
}

export const german: LanguageTexts = {
  address: 'E-Mail-Adresse',
  password: 'Neues Passwort, 8 bis 128 Zeichen',
  withoutScript: 'Diese Seite braucht JavaScript. Ohne geht es mit dem Aufruf der API, der in der Mail steht.',
  pages: {
    verify: {
      title: 'Bestätigen Sie Ihre E-Mail-Adresse',
      button: 'Bestätigen',
      againButton: 'Neuen Link schicken',
      said: {
        ...beide,
        done: 'Fertig: Die Adresse ist bestätigt. Sie können sich jetzt anmelden.',
        over: 'Dieser Link gilt nicht mehr: Er wurde benutzt, ist älter als 24 Stunden, oder es wurde ein neuerer geschickt. Wenn die Adresse noch nicht bestätigt ist, lassen Sie sich einen neuen schicken.',
        again: 'Für einen neuen Link geben Sie Ihre Adresse an.',
        sent: 'Wenn ein Konto mit dieser Adresse noch nicht bestätigt ist, ist eine Mail mit einem neuen Link unterwegs, höchstens eine in der Minute.',
      },
    },
    reset: {
      title: 'Setzen Sie Ihr Passwort',
      button: 'Passwort setzen',
      againButton: 'Link schicken',
      said: {
        ...beide,
        done: 'Fertig: Das neue Passwort gilt, alle Anmeldungen des Kontos sind beendet. Sie können sich jetzt anmelden.',
        over: 'Dieser Link gilt nicht mehr: Er wurde benutzt, ist älter als eine Stunde, oder es wurde ein neuerer geschickt. Lassen Sie sich einen neuen schicken.',
        again: 'Für einen Link, mit dem Sie ein Passwort setzen können, geben Sie Ihre Adresse an.',
        sent: 'Wenn es ein Konto mit dieser Adresse gibt, ist eine Mail mit einem Link unterwegs.',
      },
    },
  },
}
