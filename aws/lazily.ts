/**
 * A client that is made on first use, so that importing an adapter costs nothing. The SDK takes the region and
 * `AWS_ENDPOINT_URL` from the environment by itself and keeps them, hence a new client where they changed: a process may
 * speak to one rehearsal after the other.
 */
export function lazily<Client>(make: () => Client): () => Client {
  let client: Client | undefined;
  let madeFor: string | undefined;
  return () => {
    const place = `${process.env.AWS_REGION} ${process.env.AWS_ENDPOINT_URL}`;
    if (client === undefined || madeFor !== place) {
      client = make();
      madeFor = place;
    }
    return client;
  };
}
