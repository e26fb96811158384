import { getBilling } from '../../../lib/billing';

const answer = async (request: Request): Promise<Response> => (await getBilling()).fetch(request);

// All methods, so that the service refuses those that it does not have.
export {
  answer as GET,
  answer as HEAD,
  answer as POST,
  answer as PUT,
  answer as PATCH,
  answer as DELETE,
  answer as OPTIONS,
};
