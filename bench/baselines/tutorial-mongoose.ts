// The tutorial with its customers in MongoDB, by a mongoose model as its guide shows it.
import express from 'express';
import mongoose from 'mongoose';
import { createStripe } from './stripe.ts';

const userSchema = new mongoose.Schema({ _id: String, stripeCustomerId: String });
const User = mongoose.model('User', userSchema);

await mongoose.connect(process.env['DATABASE_URL'] ?? '');
const stripe = createStripe();
const app = express();
app.use(express.json());

app.post('/create-portal-session', async (request, response) => {
  const { userId, returnUrl } = request.body as { userId: string; returnUrl: string };
  const user = await User.findById(userId);
  if (!user?.stripeCustomerId) {
    response.status(404).json({ error: 'No such customer' });
    return;
  }
  const session = await stripe.billingPortal.sessions.create({
    customer: user.stripeCustomerId,
    return_url: returnUrl,
  });
  response.json({ url: session.url });
});

app.listen(Number(process.env['PORT']), '127.0.0.1');
