import type { ComponentType } from 'react'
import type { ProductPath } from './paths.ts'
import { Billing } from './pages/billing.tsx'
import { Dashboard } from './pages/dashboard.tsx'
import { Help } from './pages/help.tsx'
import { Import } from './pages/import.tsx'
import { Integrations } from './pages/integrations.tsx'
import { Invite } from './pages/invite.tsx'
import { NewProject } from './pages/new-project.tsx'
import { NewTask } from './pages/new-task.tsx'
import { Notifications } from './pages/notifications.tsx'
import { Plans } from './pages/plans.tsx'
import { Profile } from './pages/profile.tsx'
import { ProjectPage } from './pages/project.tsx'
import { Projects } from './pages/projects.tsx'

export interface ProductPage {
  readonly title: string
  readonly Page: ComponentType<{ readonly id: string }>
}

/** Every page of the sample product. */
export const PAGES: Readonly<Record<ProductPath, ProductPage>> = {
  '/dashboard': { title: 'Dashboard', Page: Dashboard },
  '/projects': { title: 'Projects', Page: Projects },
  '/projects/new': { title: 'New project', Page: NewProject },
  '/projects/:id': { title: 'Project', Page: ProjectPage },
  '/tasks/new': { title: 'New task', Page: NewTask },
  '/team/invite': { title: 'Team', Page: Invite },
  '/import': { title: 'Import', Page: Import },
  '/integrations': { title: 'Integrations', Page: Integrations },
  '/settings/notifications': { title: 'Notifications', Page: Notifications },
  '/billing': { title: 'Billing', Page: Billing },
  '/billing/plans': { title: 'Plans', Page: Plans },
  '/profile': { title: 'Profile', Page: Profile },
  '/help': { title: 'Help', Page: Help },
}
