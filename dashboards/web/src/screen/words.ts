/** The words of a screen that shows no board, in both languages: nobody has chosen one for it yet. */
import type { Text } from '../lib/i18n';

export const screenWords = {
  unpaired: { vi: 'Màn hình này chưa được duyệt', en: 'This screen is not approved yet' },
  revoked: { vi: 'Màn hình này không còn được duyệt', en: 'This screen is not approved any more' },
  denied: { vi: 'Màn hình này đã bị từ chối', en: 'This screen was refused' },
  starting: { vi: 'Đang nối với máy chủ', en: 'Connecting to the server' },
  open: { vi: 'Mở trang này trên máy của người trực và nhập mã', en: 'Open this page at the desk and type the code' },
} as const satisfies Record<string, Text>;
