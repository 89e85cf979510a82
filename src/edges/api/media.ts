// Media, which there are none of: whoever asks is told so, before a file is read.
import { refuse } from './answers.js'
import type { AddRoutes } from './api-ports.js'

const WHY = 'media is not supported: this switch sends and receives SMS only'

export const mediaRoutes: AddRoutes = (server) => {
  for (const url of ['/Media/', '/Media/:id/'])
    server.route({
      method: ['GET', 'POST', 'DELETE'],
      url,
      schema: { tags: ['Media'], summary: 'Not supported.' },
      onRequest: async (_request, reply) => refuse(reply, 400, WHY),
      handler: (_request, reply) => refuse(reply, 400, WHY),
    })
}
