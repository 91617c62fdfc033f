import chromium from '@sparticuz/chromium'

// A process of its own: the package looks at `TMPDIR` and `AWS_EXECUTION_ENV` when it is loaded.
process.stdout.write(await chromium.executablePath())
