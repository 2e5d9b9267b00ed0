;; br x3
(func (;15;) (type 1) (param i32 i32 i32) (result i32)
    (local i32 i64 i32 i64 i64 i32 i32 i64 i32 i64 i64 i32 i32 i32 i32 i32 i32)
    block  ;; label = @1
      block  ;; label = @2
        local.get 2
        local.get 0
        i32.sub
        local.set 3
        i32.const 0
        i64.load offset=6160
        local.set 4
        i32.const 0
        i32.load offset=6152
        local.set 8
        local.get 0
        i32.const 64
        i32.le_u
        if  ;; label = @3
          local.get 0
          local.set 11
          local.get 1
          i32.const 4
          i32.shr_u
          local.set 5
          i32.const 0
          i64.load offset=6336
          local.set 6
          i32.const 0
          i64.load offset=6344
          local.set 7
        end
        block  ;; label = @3
          block  ;; label = @4
            block  ;; label = @5
              block  ;; label = @6
                i32.const 0
                i64.load offset=24
                local.set 13
                local.get 13
                local.set 12
                i32.const 16777216
                local.set 0
                local.get 3
                i32.const 16777216
                i32.add
                local.set 2
                local.get 12
                i32.wrap_i64
                i32.const 8
                i32.shr_u
                local.get 12
                i32.wrap_i64
                i32.const 18
                i32.shr_u
                i32.xor
                i32.const 65520
                i32.and
                local.get 8
                i32.add
                local.tee 14
                i64.load offset=196608
                local.get 12
                i64.const -4093
                i64.and
                i64.eq
                if  ;; label = @7
                  local.get 14
                  i32.load offset=196616
                  local.tee 16
                  local.get 12
                  i32.wrap_i64
                  i32.const 4092
                  i32.and
                  i32.const 2
                  i32.shl
                  i32.add
                  local.set 15
                  i32.const 0
                  local.get 12
                  i64.const -4096
                  i64.and
                  local.get 16
                  i32.const 2
                  i32.shr_u
                  i64.extend_i32_u
                  i64.sub
                  i64.store offset=6160
                else
                  local.get 0
                  i32.const 16
                  i32.add
                  local.set 0
                  i32.const 0
                  local.get 12
                  i64.store offset=6168
                  i32.const 0
                  local.get 0
                  i32.store offset=6144
                  i32.const 0
                  local.get 2
                  i32.store offset=6148
                  i32.const 1
                  call 4
                  local.tee 15
                  i32.const 0
                  i32.lt_s
                  if  ;; label = @8
                    i32.const 6
                    local.set 9
                    br 7 (;@1;)
                  end
                  local.get 0
                  i32.const 16
                  i32.sub
                  local.set 0
                end
                local.get 2
                local.get 0
                i32.sub
                i32.const 16
                i32.sub
                local.tee 17
                local.get 15
                local.tee 0
                i32.add
                local.set 2
                local.get 17
                i32.const 0
                i32.le_s
                if  ;; label = @7
                  i32.const 0
                  local.set 9
                  br 6 (;@1;)
                end
                local.get 0
                i32.const 2
                i32.shr_u
                i32.const 1048572
                i32.and
                local.tee 18
                local.get 18
                i32.load offset=35717120
                i32.const 1
                i32.add
                local.tee 19
                i32.store offset=35717120
                local.get 19
                i32.eqz
                if  ;; label = @7
                  i32.const 7
                  local.set 9
                  br 6 (;@1;)
                end
                i32.const -1
                local.set 9
                br 5 (;@1;)
                unreachable
              end
              i32.const 0
              local.get 10
              i64.store offset=6168
              i32.const 0
              local.get 1
              local.get 3
              call 14
              br 2 (;@3;)
            end
            local.get 0
            i32.const 0
            local.get 3
            call 13
            br 1 (;@3;)
          end
          local.get 0
          i32.const 1
          local.get 3
          call 13
        end
        i32.const 0
        i32.load offset=6144
        local.set 0
        i32.const 0
        i32.load offset=6148
        local.set 2
      end
      i32.const 0
      i32.load offset=6188
      local.set 9
    end
    local.get 5
    if  ;; label = @1
      local.get 5
      local.get 6
      local.get 7
      call 10
      local.set 1
      i32.const 0
      local.set 5
    end
    i32.const 0
    local.get 0
    i32.store offset=6144
    i32.const 0
    local.get 2
    i32.store offset=6148
    i32.const 0
    local.get 1
    i32.store offset=280
    local.get 9)
