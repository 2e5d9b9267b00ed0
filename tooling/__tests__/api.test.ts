import { expect, it } from 'vitest';
import { acceptedApi, PACKAGES, publicApi } from '../api.js';

const api = publicApi();

it.each(PACKAGES)('the public API of %s is the accepted one (npm run api accepts a change)', name => {
  expect(api.get(name)).toBe(acceptedApi(name));
});

it.each(PACKAGES)('the public API of %s has no any in it', name => {
  const lines = api.get(name)!.split('\n');
  expect(lines.filter(line => /[:<(|,=>] ?any\b/.test(line))).toEqual([]);
});
