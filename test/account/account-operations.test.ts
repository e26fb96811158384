import { expect, test } from '@jest/globals';
import { Kind, TypeInfo, getNamedType, isObjectType, parse, visit, visitWithTypeInfo } from 'graphql';
import { wholeCustomerQuery } from '../helpers/account-operations.ts';
import { servedSchema } from '../helpers/served-schema.ts';

/** They cost a request to Stripe or depend on the policy, and have operations of their own. */
const askedApart = [
  'BillingCustomer.invoices',
  'BillingCustomer.nextCharge',
  'BillingCustomer.tasks',
  'BillingOpenInvoice.hostedInvoiceUrl',
  'BillingSubscription.keepable',
  'BillingSubscription.nextCharge',
  'BillingSubscription.tasks',
];

/** The fields that a selection of an object leaves out, such as `BillingCustomer.phone`. */
function listOmitted(): string[] {
  const info = new TypeInfo(servedSchema);
  const omitted = new Set<string>();
  visit(
    parse(wholeCustomerQuery.toString()),
    visitWithTypeInfo(info, {
      SelectionSet: ({ selections }) => {
        const type = getNamedType(info.getParentType());
        const selected = selections.flatMap((selection) =>
          selection.kind === Kind.FIELD ? [selection.name.value] : [],
        );
        if (!isObjectType(type) || selected.length === 0 || type === servedSchema.getQueryType()) return;
        for (const name of Object.keys(type.getFields()))
          if (!selected.includes(name)) omitted.add(`${type.name}.${name}`);
      },
    }),
  );
  return [...omitted].sort();
}

test("the tests' query of a whole customer selects every field that a snapshot answers", () => {
  expect(listOmitted()).toEqual(askedApart);
});
