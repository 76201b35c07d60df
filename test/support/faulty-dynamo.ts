import type { DynamoDb } from '../../lib/clients/aws.ts';

type Call = Exclude<keyof DynamoDb, 'close'>;

/** What happens to one call: nothing; the service refuses it; or it does it and the answer is lost. */
export type Fault = { readonly kind: 'refused' | 'lost'; readonly error: Error } | undefined;

/** The emulator as a service that keeps its promises, which it does for one request at a time only. */
export interface Serial {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * One request after the other. The emulator undoes a cancelled transaction by putting back a copy of all tables, and what other
 * requests have written meanwhile is gone (seen with moto 5.2.1); DynamoDB's transactions are serialised, and so are these.
 */
export function serial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (work) => {
      const next = last.then(work, work);
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** A client whose calls go one at a time, and fail when `fault` says so. */
export function faultyDynamo(client: DynamoDb, line: Serial, fault: (call: Call) => Fault = () => undefined): DynamoDb {
  async function through<T>(call: Call, work: () => Promise<T>): Promise<T> {
    const planned = fault(call);
    if (planned?.kind === 'refused') throw planned.error;
    const answer = await line.run(work);
    if (planned?.kind === 'lost') throw planned.error;
    return answer;
  }
  return {
    transactWriteItems: (input) => through('transactWriteItems', () => client.transactWriteItems(input)),
    batchGetItem: (input) => through('batchGetItem', () => client.batchGetItem(input)),
    query: (input) => through('query', () => client.query(input)),
    getItem: (input) => through('getItem', () => client.getItem(input)),
    putItem: (input) => through('putItem', () => client.putItem(input)),
    updateItem: (input) => through('updateItem', () => client.updateItem(input)),
    deleteItem: (input) => through('deleteItem', () => client.deleteItem(input)),
    close: () => client.close(),
  };
}

/** An error as the SDK makes it. */
export function awsError(name: string, more: object = {}): Error {
  return Object.assign(new Error(`${name} (of the test)`), { name }, more);
}
