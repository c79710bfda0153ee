package exact

import "context"

func (s *search) runCones(ctx context.Context) {}
