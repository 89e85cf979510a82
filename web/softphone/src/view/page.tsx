// The whole page: the log-in, or the messages. Binds what the browser tells to the visit.
import type { VNode } from 'preact'
import { useEffect, useMemo, useReducer } from 'preact/hooks'
import type { Storage } from '../kept.js'
import type { PageConfig } from '../page-config.js'
import { Visit } from '../visit.js'
import { LogInForm } from './log-in-form.js'
import { Messages } from './messages.js'

export function Page({ config, storage }: { readonly config: PageConfig; readonly storage: Storage }): VNode {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const visit = useMemo(() => new Visit(config, storage, () => redraw(undefined)), [config, storage])
  useEffect(() => {
    const wake = (): void => {
      if (document.visibilityState === 'visible') visit.wake()
    }
    document.addEventListener('visibilitychange', wake)
    window.addEventListener('online', wake)
    window.addEventListener('offline', wake)
    return () => {
      document.removeEventListener('visibilitychange', wake)
      window.removeEventListener('online', wake)
      window.removeEventListener('offline', wake)
    }
  }, [visit])

  const { phase } = visit
  if (phase.kind === 'in')
    return (
      <Messages
        phone={phase.phone}
        account={phase.account}
        domains={phase.domains}
        onLogOut={(isForgotten) => void visit.logOut(isForgotten)}
      />
    )
  const error = phase.kind === 'out' ? phase.error : undefined
  return (
    <LogInForm
      prefill={phase.prefill}
      isTrying={phase.kind === 'trying'}
      error={error}
      onLogIn={(logIn) => visit.logIn(logIn)}
    />
  )
}
