/** An OAuth client's memory, for either version of the SDK; the user agrees to whatever is asked. */
export class ConsentingUser {
  readonly redirectUrl = 'http://127.0.0.1/callback';
  readonly clientMetadata = {
    client_name: 'test client',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  /** The scopes that were asked for, each time. */
  readonly asked: string[] = [];
  answer: URLSearchParams | undefined;
  #memory = new Map<string, unknown>();

  clientInformation(): never {
    return this.#memory.get('client') as never;
  }
  saveClientInformation(client: object): void {
    this.#memory.set('client', client);
  }
  tokens(): never {
    return this.#memory.get('tokens') as never;
  }
  saveTokens(tokens: object): void {
    this.#memory.set('tokens', tokens);
  }
  discoveryState(): never {
    return this.#memory.get('discovery') as never;
  }
  saveDiscoveryState(discovery: object): void {
    this.#memory.set('discovery', discovery);
  }
  codeVerifier(): string {
    return String(this.#memory.get('verifier'));
  }
  saveCodeVerifier(verifier: string): void {
    this.#memory.set('verifier', verifier);
  }
  async redirectToAuthorization(url: URL): Promise<void> {
    this.asked.push(url.searchParams.get('scope') ?? '');
    const response = await fetch(url, { redirect: 'manual' });
    await response.body?.cancel();
    this.answer = new URL(response.headers.get('location') ?? '').searchParams;
  }
}
