/** FUZZ_SEED tries other inputs; whatever fails names the seed that it was found by. */
export const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
