/** One code of the closed catalog: what it means, what to do, and the HTTP status that carries it. */
export interface CatalogEntry {
  readonly meaning: string;
  readonly advice: string;
  readonly httpStatus: number;
}
