import { Heading } from '../ui/atoms.tsx';
import { useTitle } from '../ui/navigation.tsx';

export function UnknownView() {
  useTitle('Not found');
  return (
    <div class="page">
      <Heading title="There is no such page" />
      <p>
        The address may be mistyped. <a href="/">All customers</a> are one step away.
      </p>
    </div>
  );
}
