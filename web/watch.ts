import type { SignUpResponse, StatusFrame } from '../src/contract/onboarding.ts'
import { SOCKET_PROTOCOL, SOCKET_TOKEN_PREFIX } from '../src/contract/socket.ts'

const RECONNECT_BASE_MS = 500
const RECONNECT_MAX_MS = 10_000

/**
 * Shows each change of a session until its run is over. A socket that drops is opened again, with a
 * fresh token, and asks for what it missed: nothing is shown twice and nothing is left out.
 *
 * @param lost called when the session has ended and nothing more will come
 */
export function watchSession(
  { specId, token: firstToken }: SignUpResponse,
  show: (view: StatusFrame) => void,
  lost: () => void,
): void {
  let token = firstToken
  let seen = 0
  let failures = 0
  const open = () => {
    const url = new URL(`/ws/onboarding/${specId}?after=${seen}`, location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(url, [SOCKET_PROTOCOL, `${SOCKET_TOKEN_PREFIX}${token}`])
    let over = false
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const frame = JSON.parse(data) as StatusFrame
      if (frame.seq <= seen) return
      seen = frame.seq
      failures = 0
      show(frame)
      over = frame.status === 'merged' || frame.status === 'failed'
      if (over) socket.close()
    })
    socket.addEventListener('close', () => {
      if (over) return
      failures += 1
      setTimeout(() => void reopen(), Math.min(RECONNECT_BASE_MS * 2 ** failures, RECONNECT_MAX_MS))
    })
  }
  const reopen = async () => {
    const response = await fetch('/api/onboarding/token', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
    }).catch(() => null)
    if (response?.status === 401) return lost()
    if (response?.ok) token = ((await response.json()) as SignUpResponse).token
    open()
  }
  open()
}
