/** Notification settings of the person who asks. */

import type { NotificationSettings } from '@holdfast/core'
import { NotificationSettingsShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { reply } from '../reply.ts'
import { json, Notifications } from '../schemas.ts'

export function notificationSettings(api: Api, { store }: Pick<Parts, 'store'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/notifications/settings',
      operationId: 'getNotificationSettings',
      summary: 'The notification settings of this person',
      problems: [],
      request: {},
      responses: { 200: answer('The settings, or the defaults.', NotificationSettingsShape) },
    }),
    async (c) => reply<NotificationSettings>(await store.settings.get(c.var.principal)),
  )

  api.openapi(
    operation({
      method: 'put',
      path: '/v1/notifications/settings',
      operationId: 'changeNotificationSettings',
      summary: 'Replace the notification settings of this person',
      problems: [],
      request: { body: { ...json(Notifications), required: true } },
      responses: { 200: answer('The settings as they are now.', NotificationSettingsShape) },
    }),
    async (c) => {
      const { quietHours, ...settings } = c.req.valid('json')
      const put = { ...settings, ...(quietHours && { quietHours }) }
      return reply<NotificationSettings>(await store.settings.put(c.var.principal, put))
    },
  )
}
