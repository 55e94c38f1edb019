import { forgotCall, forgotLink, type MailTexts, resetCall, resetLink, verifyCall, verifyLink } from './mail-text.ts'

const notYou = 'If it was not you, set a new password now. That ends all logins of the account:'

export const english: MailTexts = {
  greeting: (name) => (name === null ? 'Hello,' : `Hello ${name},`),
  signature: 'The shop',
  texts: {
    verify: {
      subject: 'Confirm your e-mail address',
      body: (facts) => [
        'Somebody registered at the shop with this address. If it was you, confirm it within 24 hours:',
        verifyLink(facts),
        'Or call the API:',
        verifyCall(facts),
        'If it was not you, do nothing: the address stays unconfirmed.',
      ],
    },
    reset: {
      subject: 'Set your password',
      body: (facts) => [
        'Somebody wants to register with this address, or to set the password of its account. If it was you, choose a password within an hour:',
        resetLink(facts),
        'Or call the API:',
        resetCall(facts),
        'A new password ends all logins of the account. If it was not you, do nothing: the password stays as it is.',
      ],
    },
    account_exists: {
      subject: 'You have an account already',
      body: (facts) => [
        'Somebody tried to register at the shop with this address, which has an account already. If it was you, log in with it. If you do not know its password any more, ask for a link to set a new one:',
        forgotLink(facts),
        'Or call the API:',
        forgotCall(facts),
        'If it was not you, do nothing: your account is as it was.',
      ],
    },
    password_changed: {
      subject: 'Your password was changed',
      body: (facts) => [
        'The password of your account was changed.',
        notYou,
        forgotLink(facts),
        'Or call the API:',
        forgotCall(facts),
      ],
    },
    refresh_reuse: {
      subject: 'One of your logins was ended',
      body: (facts) => [
        'A login of your account was used from two places, as if it had been copied. We ended that login; please log in again.',
        notYou,
        forgotLink(facts),
        'Or call the API:',
        forgotCall(facts),
      ],
    },
    role_changed: {
      subject: 'The rights of your account were changed',
      body: () => [
        'An administrator changed what your account may do. It holds from now on.',
        'If you did not expect this, tell the administrators of the shop.',
      ],
    },
    account_closed: {
      subject: 'Your account was closed',
      body: () => [
        'Your account was closed and your personal data removed from it. This is the last mail to this address.',
        'You may register again with the same address at any time.',
      ],
    },
  },
}
