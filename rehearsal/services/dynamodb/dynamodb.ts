/** DynamoDB: dynalite answers, at its request event and behind our gateway. Items do not expire: AWS takes up to days for that. */
import { request, type Server } from 'node:http';
import dynalite from 'dynalite';
import type { Installation } from '#rehearsal/install/serverless.ts';

const TAKEN = [
  'TableName',
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
];

export function openDynamodb(): Server {
  return dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}

/** Creates the tables through an address that hands on to the server, and waits until they are there. */
export async function createTables(tables: Installation['tables'], port: number): Promise<void> {
  for (const { name, properties } of tables) {
    const taken = Object.entries(properties).filter(([key]) => TAKEN.includes(key));
    await call(port, 'CreateTable', { ...Object.fromEntries(taken), TableName: name });
    for (let asked = 0; ; asked++) {
      const { Table } = (await call(port, 'DescribeTable', { TableName: name })) as { Table: { TableStatus: string } };
      if (Table.TableStatus === 'ACTIVE') break;
      if (asked > 10_000) throw new Error(`the table ${name} does not become ACTIVE`);
    }
  }
}

function call(port: number, operation: string, input: object): Promise<unknown> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'x-amz-date': '20240101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=rehearsal/20240101/x/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  };
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', method: 'POST', headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const body = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) resolve(JSON.parse(body));
        else reject(new Error(`${operation} of a table: ${body}`));
      });
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(input));
  });
}
