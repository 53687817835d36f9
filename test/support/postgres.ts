/** Starts one PostgreSQL for the whole test run; replaced when src/db exists. */
export default function setup(): void {}
