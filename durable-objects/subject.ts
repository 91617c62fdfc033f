import { DurableObject } from 'cloudflare:workers'
import { z } from 'zod'
import type { SessionReport } from '../src/contract/explanation.ts'
import { type HydrationWork, Report } from '../src/contract/hydration.ts'
import type { WakeMessage } from '../src/contract/messages.ts'
import type { SessionView } from '../src/contract/onboarding.ts'
import { type Result, ok } from '../src/contract/result.ts'
import type {
  AccessRefusal,
  ClaimByCode,
  ClaimRefusal,
  DraftRefusal,
  DraftText,
  MemberClaim,
  MemberGrant,
  Onboard,
  OnboardReply,
  OpenReply,
  OpenSession,
  Profile,
  ReopenRefusal,
  ReopenRun,
  ReportReply,
  ResumeByLink,
  ResumedMember,
  SessionClaim,
  SignInByWallet,
  SignInRefusal,
  SignedIn,
  Standing,
  SubjectRpc,
  SubjectStatus,
} from '../src/contract/subject-rpc.ts'
import { describeError, log } from '../src/adapters/log.ts'
import { proofCode } from '../src/adapters/mail/proof-code.ts'
import { mailRepeatsOf } from '../src/adapters/mail/mailer.ts'
import { stepDefinitions } from '../src/adapters/steps/registry.ts'
import { type Bindings, parseSettings } from '../src/env.ts'
import { createPepper } from '../src/core/pepper.ts'
import { accessSession, viewsAfter } from '../src/core/onboarding/access.ts'
import { codeMails, decideClaim, decideRequestCode } from '../src/core/onboarding/claim.ts'
import type { Decision, DecisionContext } from '../src/core/onboarding/decision.ts'
import { decideSaveDraft } from '../src/core/onboarding/draft.ts'
import { isArmedFor, isWorkDue, nextWakeAt } from '../src/core/onboarding/due.ts'
import { evolve } from '../src/core/onboarding/evolve.ts'
import { decideLease } from '../src/core/onboarding/lease.ts'
import { decideLogout, decideRefresh, profileOf } from '../src/core/onboarding/member.ts'
import { decideOpen } from '../src/core/onboarding/open.ts'
import { decideOnboard, standing } from '../src/core/onboarding/onboard.ts'
import { decideReopen } from '../src/core/onboarding/reopen.ts'
import { decideReport } from '../src/core/onboarding/report.ts'
import { reportOf } from '../src/core/onboarding/session-report.ts'
import { decideResume, decideUnsubscribe } from '../src/core/onboarding/resume.ts'
import { decideSignIn } from '../src/core/onboarding/sign-in.ts'
import {
  EMPTY_SUBJECT,
  type Session,
  type SubjectState,
  currentView,
} from '../src/core/onboarding/state.ts'
import {
  concernsIndex,
  endedSince,
  sessionStates,
  viewsSince,
} from '../src/core/onboarding/changes.ts'
import { decideNothing, takeTurn } from '../src/core/onboarding/turn.ts'
import { wakeAfter, wakeMessage } from '../src/core/onboarding/wake.ts'
import { SessionSockets } from './sockets.ts'
import { Timeline } from './timeline.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** For an object that cannot do its work, by a setting or a deploy that is wrong: until it is mended. */
const ALARM_RETRY_MS = 60_000

type Decide<Reply> = (state: SubjectState, context: DecisionContext) => Decision<Reply>

const DraftFields = z.record(z.string(), z.unknown())

/** What the Worker, which verified the token, tells of a socket that wants in. */
export const SocketParams = z.object({
  specId: z.uuid(),
  authEpoch: z.coerce.number().int(),
  after: z.coerce.number().int().nonnegative().nullable(),
})

/**
 * One person: lock, exact limit, state machine and live push. A shell that loads, lets `core`
 * decide, appends, performs the effects and arms the alarm.
 */
export class SubjectObject extends DurableObject<Bindings> implements SubjectRpc {
  readonly #timeline: Timeline
  readonly #sockets: SessionSockets
  #folded: SubjectState | null = null
  /** What the alarm is known to be set to; unknown after a cold start, which only costs a write. */
  #armedAt: number | null = null

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    this.#timeline = new Timeline(ctx.storage.sql)
    this.#sockets = new SessionSockets(ctx)
  }

  async open(command: OpenSession): Promise<OpenReply> {
    const { reply, wake } = await this.#take((state, context) =>
      decideOpen(state, command, context),
    )
    return { opened: reply, wake }
  }

  async view(claim: SessionClaim): Promise<Result<SessionView, AccessRefusal>> {
    const access = await this.#access(claim)
    return access.ok ? ok(currentView(access.value)) : access
  }

  async lease(): Promise<HydrationWork | null> {
    return this.#execute(decideLease)
  }

  async report(fence: number, reports: readonly Report[]): Promise<ReportReply> {
    const before = this.#state
    const parsed = z.array(Report).parse(reports)
    const reply = await this.#execute((state, context) =>
      decideReport(state, fence, parsed, context),
    )
    return { ...reply, changed: concernsIndex(before, this.#state) ? this.#status() : null }
  }

  async wake(): Promise<SubjectStatus> {
    await this.#execute(decideNothing)
    if (isWorkDue(this.#state, Date.now())) this.#announce(wakeMessage(this.#state))
    return this.#status()
  }

  async claim(command: ClaimByCode): Promise<Result<MemberGrant, ClaimRefusal>> {
    const pepper = createPepper(parseSettings(this.env).SUBJECT_PEPPER)
    const mails = codeMails(this.#state, Date.now())
    const codes = await Promise.all(
      mails.map(async (mail) => [mail, await proofCode(pepper, mail)] as const),
    )
    // Decided on the state as it is by now: a code that died meanwhile is not found there.
    return this.#execute((state, context) => decideClaim(state, command, new Map(codes), context))
  }

  requestCode(claim: SessionClaim): Promise<Result<null, AccessRefusal>> {
    return this.#execute((state, context) => decideRequestCode(state, claim, context))
  }

  saveDraft(claim: SessionClaim, change: DraftText): Promise<Result<DraftText, DraftRefusal>> {
    const fields = DraftFields.parse(JSON.parse(change))
    return this.#execute((state, context) => decideSaveDraft(state, claim, fields, context))
  }

  resume(link: ResumeByLink): Promise<Result<ResumedMember, 'expired'>> {
    return this.#execute((state, context) => decideResume(state, link, context))
  }

  signIn(command: SignInByWallet): Promise<Result<MemberGrant, SignInRefusal>> {
    return this.#execute((state, context) => decideSignIn(state, command, context))
  }

  async onboard(command: Onboard): Promise<OnboardReply> {
    const before = this.#state.lastRun
    const { reply, wake } = await this.#take((state, context) =>
      decideOnboard(state, command, context),
    )
    return { standing: reply, opened: this.#state.lastRun > before, wake }
  }

  standing(who: SignedIn): Promise<Result<Standing | null, 'signed_out'>> {
    return this.#execute((state, { now }) => ({
      entries: [],
      reply: standing(state, who, now),
    }))
  }

  async unsubscribe(): Promise<void> {
    await this.#execute(decideUnsubscribe)
  }

  profile(claim: MemberClaim): Promise<Profile | null> {
    return this.#execute((state, { now }) => ({
      entries: [],
      reply: profileOf(state, claim, now),
    }))
  }

  refresh(
    claim: MemberClaim & { readonly generation: number },
  ): Promise<Result<MemberGrant, 'ended'>> {
    return this.#execute((state, context) => decideRefresh(state, claim, context))
  }

  async logout(claim: MemberClaim): Promise<void> {
    await this.#execute((state, context) => decideLogout(state, claim, context))
  }

  async explain(specId: string): Promise<SessionReport> {
    await this.#execute(decideNothing)
    return reportOf(this.#state, this.#timeline.read(), specId, Date.now())
  }

  reopen(command: ReopenRun): Promise<Result<{ readonly run: number }, ReopenRefusal>> {
    return this.#execute((state, context) => decideReopen(state, command, context))
  }

  /** Never throws: after six failed tries the platform would drop the alarm, and with it the person. */
  override async alarm(): Promise<void> {
    this.#armedAt = null
    try {
      await this.wake()
    } catch (error) {
      log('error', 'alarm.failed', { error: describeError(error) })
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS)
    }
  }

  override async fetch(request: Request): Promise<Response> {
    const { after, ...claim } = SocketParams.parse(
      Object.fromEntries([['after', null], ...new URL(request.url).searchParams]),
    )
    const access = await this.#access(claim)
    if (!access.ok) return new Response(null, { status: 401 })
    return this.#sockets.accept(claim.specId, viewsAfter(access.value, after))
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#sockets.refuse(socket, message)
  }

  /** A reader, too, makes time pass: what an alarm should have done is done now. */
  #access(claim: SessionClaim): Promise<Result<Session, AccessRefusal>> {
    return this.#execute((state, { now }) => ({
      entries: [],
      reply: accessSession(state, claim, now),
    }))
  }

  /** A turn, and the wake-up that follows from it, off the caller's path. */
  async #execute<Reply>(decide: Decide<Reply>): Promise<Reply> {
    const { reply, wake } = await this.#take(decide)
    this.#announce(wake)
    return reply
  }

  /** Decide, append and arm the alarm in one transaction; then push. */
  async #take<Reply>(
    decide: Decide<Reply>,
  ): Promise<{ readonly reply: Reply; readonly wake: WakeMessage | null }> {
    const context = this.#context()
    const before = this.#state
    const turn = takeTurn(before, context, decide)
    this.#timeline.append(turn.entries)
    this.#folded = turn.state
    // Nothing is awaited before the alarm is set, so it commits with the entries.
    await this.#arm(nextWakeAt(turn.state, context.now), context.now)
    for (const [specId, views] of viewsSince(before, turn.state)) this.#sockets.push(specId, views)
    for (const specId of endedSince(before, turn.state)) this.#sockets.end(specId)
    return { reply: turn.reply, wake: wakeAfter(before, turn.state, context.now) }
  }

  async #arm(wakeAt: number | null, now: number): Promise<void> {
    if (wakeAt === null || isArmedFor(this.#armedAt, wakeAt, now)) return
    this.#armedAt = wakeAt
    await this.ctx.storage.setAlarm(wakeAt)
  }

  /** If it is lost, the alarm repeats it. */
  #announce(message: WakeMessage | null): void {
    if (message === null) return
    const sent = this.env.HYDRATION.send(message).catch((error: unknown) => {
      log('warn', 'wake.not_sent', { subject: message.key, error: describeError(error) })
    })
    this.ctx.waitUntil(sent)
  }

  /**
   * Folded at the first use and not in the constructor: a timeline that this release cannot read, after
   * a roll-back, must not keep the alarm from being set again.
   */
  get #state(): SubjectState {
    this.#folded ??= this.#timeline.read().reduce(evolve, EMPTY_SUBJECT)
    return this.#folded
  }

  #status(): SubjectStatus {
    return {
      sessions: sessionStates(this.#state),
      dueAt: nextWakeAt(this.#state, Date.now()),
      storageBytes: this.#timeline.sizeBytes,
    }
  }

  #context(): DecisionContext {
    const settings = parseSettings(this.env)
    return {
      now: Date.now(),
      newId: () => crypto.randomUUID(),
      random: Math.random,
      steps: stepDefinitions(settings),
      opensPerMinute: settings.USER_LIMIT_PER_MINUTE,
      sessionMaxAgeMs: Math.round(settings.SESSION_MAX_AGE_HOURS * HOUR_MS),
      retentionMs: Math.round(settings.UNPROVEN_RETENTION_DAYS * DAY_MS),
      mailRepeats: mailRepeatsOf(settings),
    }
  }
}
