import { DurableObject } from 'cloudflare:workers'
import { z } from 'zod'
import type { SessionReport } from '../src/contract/explanation.ts'
import type { ObjectExport } from '../src/contract/people.ts'
import { type HydrationWork, Report } from '../src/contract/hydration.ts'
import type {
  Advice,
  BehaviourReply,
  Caller,
  Feedback,
  ObserveEvents,
  Observed,
  Published,
  ToneCounts,
  Unpublished,
} from '../src/contract/behaviour-rpc.ts'
import type { ChecklistView, RecommendationView } from '../src/contract/recommendation.ts'
import type { SessionView } from '../src/contract/onboarding.ts'
import { type Result, fail, ok } from '../src/contract/result.ts'
import type {
  AccessRefusal,
  ClaimByCode,
  ClaimRefusal,
  DraftRefusal,
  DraftText,
  EraseRefusal,
  MemberClaim,
  MemberGrant,
  Onboard,
  OnboardReply,
  OpenReply,
  OpenSession,
  OrderErasure,
  OrderedErasure,
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
import { inSpan } from '../src/adapters/trace.ts'
import { proofCode } from '../src/adapters/mail/proof-code.ts'
import { type Bindings, parseSettings } from '../src/env.ts'
import { createPepper } from '../src/core/pepper.ts'
import { accessSession, viewsAfter } from '../src/core/onboarding/access.ts'
import { codeMails, decideClaim, decideRequestCode } from '../src/core/onboarding/claim.ts'
import { decideSaveDraft } from '../src/core/onboarding/draft.ts'
import { nextWakeAt } from '../src/core/onboarding/due.ts'
import { exportedTimeline } from '../src/core/onboarding/export-timeline.ts'
import { decideLease } from '../src/core/onboarding/lease.ts'
import {
  decideLogout,
  decideRefresh,
  isSignedIn,
  profileOf,
} from '../src/core/onboarding/member.ts'
import { decideOpen } from '../src/core/onboarding/open.ts'
import { decideOnboard, standing } from '../src/core/onboarding/onboard.ts'
import { decideErase } from '../src/core/onboarding/order-erasure.ts'
import { decideReopen } from '../src/core/onboarding/reopen.ts'
import { decideReport } from '../src/core/onboarding/report.ts'
import { reportOf } from '../src/core/onboarding/session-report.ts'
import { decideResume, decideUnsubscribe } from '../src/core/onboarding/resume.ts'
import { decideSignIn } from '../src/core/onboarding/sign-in.ts'
import { type Session, currentView } from '../src/core/onboarding/state.ts'
import { concernsIndex, sessionStates } from '../src/core/onboarding/changes.ts'
import { decideNothing } from '../src/core/onboarding/turn.ts'
import { Behaviour } from './behaviour.ts'
import { SubjectSockets, recommendationFrame, statusFrame } from './sockets.ts'
import { tablesOf } from './tables.ts'
import { Timeline } from './timeline.ts'
import { Turns } from './turns.ts'
import { readUpgrade } from './upgrade.ts'

/** For an object that cannot do its work, by a setting or a deploy that is wrong: until it is mended. */
const ALARM_RETRY_MS = 60_000

const DraftFields = z.record(z.string(), z.unknown())

/** One person: lock, exact limit, state machine and live push. Each method is a turn; `core` decides. */
export class SubjectObject extends DurableObject<Bindings> implements SubjectRpc {
  readonly #timeline: Timeline
  readonly #sockets: SubjectSockets
  readonly #behaviour: Behaviour
  readonly #turns: Turns

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    const { sql } = ctx.storage
    const tables = tablesOf(sql)
    this.#timeline = new Timeline(sql, tables)
    this.#sockets = new SubjectSockets(ctx)
    this.#behaviour = new Behaviour(sql, tables, this.#sockets)
    this.#turns = new Turns(ctx, () => this.env, this.#timeline, this.#sockets, this.#behaviour)
  }

  async open(command: OpenSession): Promise<OpenReply> {
    const { reply, wake } = await this.#turns.take((state, context) =>
      decideOpen(state, command, context),
    )
    return { opened: reply, wake }
  }

  async view(claim: SessionClaim): Promise<Result<SessionView, AccessRefusal>> {
    return this.#turns.execute((state, { now }) => {
      const access = accessSession(state, claim, now)
      return { entries: [], reply: access.ok ? ok(currentView(access.value)) : access }
    })
  }

  async lease(): Promise<HydrationWork | null> {
    return this.#turns.execute(decideLease)
  }

  async report(fence: number, reports: readonly Report[]): Promise<ReportReply> {
    const before = this.#turns.state
    const parsed = z.array(Report).parse(reports)
    const reply = await this.#turns.execute((state, context) =>
      decideReport(state, fence, parsed, context),
    )
    return { ...reply, changed: concernsIndex(before, this.#turns.state) ? this.#status() : null }
  }

  async wake(): Promise<SubjectStatus> {
    await this.#turns.execute(decideNothing)
    this.#turns.announceDue()
    return this.#status()
  }

  async claim(command: ClaimByCode): Promise<Result<MemberGrant, ClaimRefusal>> {
    const pepper = createPepper(parseSettings(this.env).SUBJECT_PEPPER)
    const mails = codeMails(this.#turns.state, Date.now())
    const codes = await Promise.all(
      mails.map(async (mail) => [mail, await proofCode(pepper, mail)] as const),
    )
    // Decided on the state as it is by now: a code that died meanwhile is not found there.
    return this.#turns.execute((state, context) =>
      decideClaim(state, command, new Map(codes), context),
    )
  }

  requestCode(claim: SessionClaim): Promise<Result<null, AccessRefusal>> {
    return this.#turns.execute((state, context) => decideRequestCode(state, claim, context))
  }

  saveDraft(claim: SessionClaim, change: DraftText): Promise<Result<DraftText, DraftRefusal>> {
    const fields = DraftFields.parse(JSON.parse(change))
    return this.#turns.execute((state, context) => decideSaveDraft(state, claim, fields, context))
  }

  resume(link: ResumeByLink): Promise<Result<ResumedMember, 'expired'>> {
    return this.#turns.execute((state, context) => decideResume(state, link, context))
  }

  signIn(command: SignInByWallet): Promise<Result<MemberGrant, SignInRefusal>> {
    return this.#turns.execute((state, context) => decideSignIn(state, command, context))
  }

  async onboard(command: Onboard): Promise<OnboardReply> {
    const before = this.#turns.state.lastRun
    const { reply, wake } = await this.#turns.take((state, context) =>
      decideOnboard(state, command, context),
    )
    return { standing: reply, opened: this.#turns.state.lastRun > before, wake }
  }

  standing(who: SignedIn): Promise<Result<Standing | null, 'signed_out'>> {
    return this.#turns.execute((state, { now }) => ({
      entries: [],
      reply: standing(state, who, now),
    }))
  }

  async unsubscribe(): Promise<void> {
    await this.#turns.execute(decideUnsubscribe)
  }

  profile(claim: MemberClaim): Promise<Profile | null> {
    return this.#turns.execute((state, { now }) => ({
      entries: [],
      reply: profileOf(state, claim, now),
    }))
  }

  refresh(
    claim: MemberClaim & { readonly generation: number },
  ): Promise<Result<MemberGrant, 'ended'>> {
    return this.#turns.execute((state, context) => decideRefresh(state, claim, context))
  }

  async logout(claim: MemberClaim): Promise<void> {
    await this.#turns.execute((state, context) => decideLogout(state, claim, context))
  }

  async explain(specId: string): Promise<SessionReport> {
    await this.#turns.execute(decideNothing)
    return reportOf(this.#turns.state, this.#timeline.read(), specId, Date.now())
  }

  reopen(command: ReopenRun): Promise<Result<{ readonly run: number }, ReopenRefusal>> {
    return this.#turns.execute((state, context) => decideReopen(state, command, context))
  }

  erase(order: OrderErasure): Promise<Result<OrderedErasure, EraseRefusal>> {
    return this.#turns.execute((state, context) => decideErase(state, order, context))
  }

  async export(): Promise<string> {
    const { account, condemned, refs } = this.#turns.state
    const timeline = exportedTimeline(this.#timeline.read())
    return JSON.stringify({
      timeline,
      behaviour: this.#behaviour.records,
      account: account ?? condemned?.account ?? null,
      refs: Object.fromEntries(account === null && condemned !== null ? condemned.refs : refs),
    } satisfies ObjectExport)
  }

  /** Never throws: after six failed tries the platform would drop the alarm, and with it the person. */
  override async alarm(): Promise<void> {
    this.#turns.alarmRang()
    try {
      await this.wake()
    } catch (error) {
      log('error', 'alarm.failed', { error: describeError(error) })
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS)
    }
  }

  override async fetch(request: Request): Promise<Response> {
    const { caller, after } = readUpgrade(request)
    const access = await this.#access(caller)
    if (!access.ok) return new Response(null, { status: 401 })
    const session = access.value
    const missed = session === null ? [] : viewsAfter(session, after).map(statusFrame)
    const stands = await this.#turns.behave((state, context) =>
      this.#behaviour.standing(state, personOf(caller), context),
    )
    const id = caller.role === 'member' ? caller.member : caller.specId
    return this.#sockets.accept(
      { role: caller.role, id },
      [...missed, ...(stands === null ? [] : [recommendationFrame(stands)])],
      session && currentView(session).status,
    )
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#sockets.refuse(socket, message)
  }

  observe(events: ObserveEvents): Promise<Observed> {
    const { traceparent = '', events: reported } = events
    return inSpan('behaviour.fold', { traceparent, count: reported.length }, () =>
      this.#turns.behave((state, context) => this.#behaviour.observe(state, events, context)),
    )
  }

  advise(advice: Advice): Promise<Unpublished> {
    const outcome = advice.answered?.source ?? 'unanswered'
    return inSpan('behaviour.advise', { traceparent: advice.traceparent ?? '', outcome }, () =>
      this.#turns.behave((state, context) => this.#behaviour.advise(state, advice, context)),
    )
  }

  unpublished(): Promise<Unpublished> {
    return this.#turns.behave((state, context) => this.#behaviour.unpublished(state, context))
  }

  async published(told: readonly Published[]): Promise<void> {
    this.#behaviour.published(told, Date.now())
  }

  async recommendation(
    caller: Caller,
    tones: ToneCounts,
  ): Promise<BehaviourReply<RecommendationView | null, AccessRefusal>> {
    const access = await this.#access(caller)
    if (!access.ok) return { result: access, wake: null }
    return this.#turns.behave((state, context) =>
      this.#behaviour.look(state, personOf(caller), tones, context),
    )
  }

  async checklist(caller: Caller): Promise<Result<ChecklistView | null, AccessRefusal>> {
    const access = await this.#access(caller)
    if (!access.ok) return access
    return this.#turns.behave((state, context) =>
      this.#behaviour.checklist(state, personOf(caller), context),
    )
  }

  async feedback(feedback: Feedback): Promise<BehaviourReply<null, AccessRefusal | 'unknown'>> {
    const access = await this.#access(feedback.caller)
    if (!access.ok) return { result: access, wake: null }
    return this.#turns.behave((state, context) =>
      this.#behaviour.feedback(state, personOf(feedback.caller), feedback, context),
    )
  }

  /**
   * Whether a verified token still counts, and of a session how it stands. A reader, too, makes time
   * pass: what an alarm should have done is done now.
   */
  #access(caller: Caller): Promise<Result<Session | null, AccessRefusal>> {
    return this.#turns.execute((state, { now }) => ({
      entries: [],
      reply:
        caller.role === 'speculative'
          ? accessSession(state, caller, now)
          : isSignedIn(state, caller, now)
            ? ok(null)
            : fail('ended'),
    }))
  }

  #status(): SubjectStatus {
    return {
      sessions: sessionStates(this.#turns.state),
      dueAt: nextWakeAt(this.#turns.state, Date.now()),
      storageBytes: this.#timeline.sizeBytes,
      erasing: this.#turns.state.condemned?.erasure ?? null,
    }
  }
}

/** Whose journey a token opens. */
const personOf = (caller: Caller): string =>
  caller.role === 'member' ? caller.userId : caller.specId
