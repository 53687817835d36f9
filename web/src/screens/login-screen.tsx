import '../shell/shell.css';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { signIn } from '../api/commands.ts';
import { sessionQuery } from '../api/queries.ts';
import { useScreenSearch } from '../shell/search.ts';
import { ProblemBanner } from '../ui/state.tsx';

/** Only addresses of this app: a link must not send a person elsewhere after signing in. */
function safeNext(next: string | undefined): string {
  return next !== undefined && next.startsWith('/') && !next.startsWith('//') ? next : '/monitor';
}

export function LoginScreen() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useScreenSearch();
  const form = useForm({ initialValues: { username: '', password: '' } });
  const login = useMutation({
    mutationFn: signIn,
    onSuccess: async (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      await navigate({ href: safeNext(search.next) });
    },
  });
  useEffect(() => {
    document.title = 'Sign in · Evenkeel';
  }, []);
  return (
    <main className="ek-login">
      <div className="ek-login-card">
        <div className="ek-login-brand">
          <img src="/favicon.svg" alt="" />
          <div>
            <h1>Evenkeel</h1>
            <p className="ek-screen-sub">Rebalancing with evidence</p>
          </div>
        </div>
        <form onSubmit={form.onSubmit((values) => login.mutate(values))}>
          <TextInput
            label="User name"
            size="sm"
            autoComplete="username"
            autoFocus
            required
            withAsterisk={false}
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
            {...form.getInputProps('password')}
          />
          {login.error === null ? null : <ProblemBanner error={login.error} />}
          <Button type="submit" size="sm" loading={login.isPending}>
            Sign in
          </Button>
        </form>
      </div>
    </main>
  );
}
