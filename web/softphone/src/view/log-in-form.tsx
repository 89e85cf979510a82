// The log-in: user, password, domain, server.
import type { TargetedEvent, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { isServer } from '../page-config.js'
import { isDomain, isUser } from '../peer.js'
import type { LogIn, Prefill } from '../visit.js'

export interface LogInFormProps {
  readonly prefill: Prefill
  readonly isTrying: boolean
  readonly error: string | undefined
  readonly onLogIn: (logIn: LogIn) => void
}

export function LogInForm({ prefill, isTrying, error, onLogIn }: LogInFormProps): VNode {
  const [mistake, setMistake] = useState<string>()
  const user = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)
  const problem = mistake ?? error
  useEffect(() => {
    document.title = 'Messages'
    ;(prefill.user === '' ? user : password).current?.focus()
  }, [prefill.user])

  const submit = (event: TargetedEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string): string => {
      const value = form.get(name)
      return typeof value === 'string' ? value : ''
    }
    const name = text('user')
      .trim()
      .replace(/^sips?:/i, '')
    const [typedUser = '', typedDomain] = name.split('@', 2)
    const domain = (typedDomain ?? text('domain')).trim().toLowerCase()
    const server = prefill.isServerFixed ? prefill.server : text('server').trim()
    const found = mistakeIn(typedUser, domain, server)
    setMistake(found)
    if (found !== undefined) return
    const secret = { password: text('password') }
    onLogIn({ user: typedUser, domain, server, secret, isRemembered: form.get('remember') !== null })
  }

  return (
    <main class="login">
      <form onSubmit={submit} aria-labelledby="login-title" aria-busy={isTrying}>
        <h1 id="login-title">Messages</h1>
        <p class="login-lead">Log in with your SIP account.</p>
        <label>
          User
          <input
            ref={user}
            name="user"
            defaultValue={prefill.user}
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            disabled={isTrying}
          />
        </label>
        <label>
          Password
          <input
            ref={password}
            name="password"
            type="password"
            autocomplete="current-password"
            required
            disabled={isTrying}
          />
        </label>
        <label>
          Domain
          <input
            name="domain"
            defaultValue={prefill.domain}
            placeholder="sip.example.com"
            autocapitalize="none"
            spellcheck={false}
            disabled={isTrying}
          />
        </label>
        {prefill.isServerFixed ? null : (
          <label>
            Server
            <input
              name="server"
              defaultValue={prefill.server}
              placeholder="wss://sip.example.com:5067"
              inputMode="url"
              autocapitalize="none"
              spellcheck={false}
              required
              disabled={isTrying}
            />
          </label>
        )}
        <label class="check">
          <input name="remember" type="checkbox" disabled={isTrying} />
          Stay logged in on this device
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <button class="primary" type="submit" disabled={isTrying}>
          {isTrying ? 'Logging in…' : 'Log in'}
        </button>
      </form>
    </main>
  )
}

function mistakeIn(user: string, domain: string, server: string): string | undefined {
  if (!isUser(user)) return 'A user has letters, digits and a few signs, such as alice or +12025550123.'
  if (!isDomain(domain)) return 'The domain is missing or is none, such as sip.example.com.'
  if (!isServer(server)) return 'The server is a WebSocket address, such as wss://sip.example.com:5067.'
  if (location.protocol === 'https:' && server.startsWith('ws:'))
    return 'A page that came over https can only connect to a wss: server.'
  return undefined
}
