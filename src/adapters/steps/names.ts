// The steps whose things a row of `users` names, apart from what the steps need to work.

export const IDENTITY_STEP = 'identity'
export const BILLING_STEP = 'billing'
