import { clock } from '#aws/clock.ts';

/**
 * A client that is made on first use, so that importing an adapter costs nothing. The SDK takes the region and
 * `AWS_ENDPOINT_URL` from the environment by itself and keeps them, hence a new client where they changed: a process may
 * speak to one rehearsal after the other. Also where the clock went back, as it does between two of them: one that paces its calls
 * (retry mode `adaptive`) would wait for what it remembers of a later time, until its function times out.
 */
export function lazily<Client>(make: () => Client): () => Client {
  let client: Client | undefined;
  let madeFor: string | undefined;
  let usedAt = '';
  return () => {
    const place = `${process.env.AWS_REGION} ${process.env.AWS_ENDPOINT_URL}`;
    const now = clock.now();
    if (client === undefined || madeFor !== place || now < usedAt) {
      client = make();
      madeFor = place;
    }
    usedAt = now;
    return client;
  };
}
